from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import CommandError, CommandParser
from knox.models import AuthToken

from payments.management import command
from payments.reading import clean


class Command(command.Command):
    help = (
        "Make a token that somebody's programs ask the API with. It is shown once, kept hashed, "
        "and expires."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("username", type=clean, help="Whose token it is.")
        parser.add_argument(
            "--revoke", action="store_true", help="End all tokens of theirs instead."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        username = options["username"]
        user = get_user_model().objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"There is nobody called {username}.")
        tokens = AuthToken.objects.filter(user=user)
        if options["revoke"]:
            revoked = tokens.count()
            tokens.delete()
            lines = [f"{revoked} of {username}'s tokens end here."]
            self.answer({"username": username, "revoked": revoked}, lines, as_json=options["json"])
            return
        if not user.is_active:
            raise CommandError(f"{username} may no longer log in.")
        row, token = AuthToken.objects.create(user=user)
        expires = row.expiry.strftime("%Y-%m-%dT%H:%M:%SZ")
        self.answer(
            {"username": username, "token": token, "expires_at": expires},
            [f"Authorization: Token {token}", f"It is shown this once, and good until {expires}."],
            as_json=options["json"],
        )
