"""What is kept of a password."""

from api.accounts import secrets


def test_a_password_is_kept_as_argon2id_with_the_parameters_of_rfc_9106() -> None:
    kept = secrets.hash_password("dobry koń bateria zszywka")
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert secrets.password_fits("dobry koń bateria zszywka", kept)
    assert not secrets.password_fits("dobry kon bateria zszywka", kept)
