"""`python -m triage` and the `triage` command."""

from triage.cli.start import main

if __name__ == "__main__":
    main()
