"""Files of secrets that everybody may read are told."""

from pathlib import Path

from triage.settings import open_secrets


def test_what_everybody_may_read_is_told(tmp_path: Path) -> None:
    """Files of the environment, and a settings file that holds a secret; not what only its owner reads."""
    for name, mode in (("url", 0o644), ("password", 0o600)):
        (tmp_path / name).write_text("secret")
        (tmp_path / name).chmod(mode)
    plain, telling = tmp_path / "plain.toml", tmp_path / "telling.toml"
    plain.write_text('[store]\nurl = "sqlite:///desk.sqlite"\n')
    telling.write_text('[kafka]\nsasl_password = "secret"\n')
    environment = {
        "TRIAGE_STORE__URL_FILE": str(tmp_path / "url"),
        "TRIAGE_KAFKA__SASL_PASSWORD_FILE": str(tmp_path / "password"),
    }
    assert open_secrets(plain, environment) == [str(tmp_path / "url")]
    assert open_secrets(telling, {}) == [str(telling)]
    assert open_secrets(None, {}) == []
