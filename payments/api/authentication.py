"""Who asks: a token, or the session that the pages use."""

import re

from django.contrib.auth.models import AbstractBaseUser
from django.utils import timezone
from knox.auth import TokenAuthentication
from knox.models import AuthToken
from rest_framework.exceptions import AuthenticationFailed

_TOKEN = re.compile(rb"[0-9a-f]{64}")


class Tokens(TokenAuthentication):
    """`Authorization: Token …`; what cannot be a token is not looked up."""

    def authenticate_credentials(self, token: bytes) -> tuple[AbstractBaseUser, object]:
        if not _TOKEN.fullmatch(token):
            raise AuthenticationFailed("This token is not valid, or no longer.")
        try:
            found: tuple[AbstractBaseUser, object] = super().authenticate_credentials(token)
        except AuthenticationFailed as error:
            raise AuthenticationFailed("This token is not valid, or no longer.") from error
        return found

    def _cleanup_token(self, auth_token: AuthToken) -> bool:
        """Say whether a token has run out; a person's other tokens are not looked at each time."""
        return bool(auth_token.expiry) and auth_token.expiry < timezone.now()
