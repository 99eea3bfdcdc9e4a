"""`python -m triage` and the `triage` command."""

from triage.cli.app import main

if __name__ == "__main__":
    main()
