"""Sign-in by user name and password, for ``django.contrib.auth``."""

from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest

from halong.accounts.actions import attempt_sign_in
from halong.accounts.models import User
from halong.accounts.network import client_address


class Backend(BaseBackend):
    """Knows who is behind a session, and checks passwords with the lock-out of ``actions.sessions``."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **_more: object,
    ) -> User | None:
        """The user of this name and password, unless a second step is needed, which only the sign-in page can take."""
        if username is None or password is None:
            return None
        user = attempt_sign_in(username, password, address=client_address(request) if request else None).user
        return None if user is None or user.has_second_step else user

    def get_user(self, user_id: int) -> User | None:
        """The user of a session; a closed account has none."""
        found: User | None = User.objects.filter(pk=user_id, is_active=True).first()
        return found
