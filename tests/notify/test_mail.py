"""How a mail server is named."""

from halong.settings import mail_settings


def test_addresses_of_mail_servers():
    assert mail_settings("") == {}
    given = mail_settings("smtp://lan%40x:p%2Fw@mail.example.vn:587?from=centre@example.vn")
    assert given == {
        "EMAIL_HOST": "mail.example.vn",
        "EMAIL_PORT": 587,
        "EMAIL_HOST_USER": "lan@x",
        "EMAIL_HOST_PASSWORD": "p/w",
        "EMAIL_USE_SSL": False,
        "EMAIL_USE_TLS": True,
        "EMAIL_TIMEOUT": 30,
        "DEFAULT_FROM_EMAIL": "centre@example.vn",
    }
    kinds = [mail_settings(url) for url in ("smtps://mail", "smtp://mail:25", "smtp://mail?starttls=0")]
    assert [(k["EMAIL_PORT"], k["EMAIL_USE_SSL"], k["EMAIL_USE_TLS"]) for k in kinds] == [
        (465, True, False),
        (25, False, False),
        (587, False, False),
    ]
