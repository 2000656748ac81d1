"""A Stripe of one's own: play what Stripe would send, for development and demonstration."""

import contextlib
import json
import signal
import threading
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from reservations.models import Reservation
from sandbox import guard, hotel, play
from sandbox.scenarios import SCENARIOS, Scenario
from sandbox.server.delivery import Endpoint
from sandbox.server.web import Sandbox

PORT = 12111

LOAD = "manage.py sandbox hotel > demo.json, then manage.py load_hotel demo.json"


class Command(BaseCommand):
    help = (
        "A stand-in for Stripe on your own machine. It sends the signed events that Stripe would "
        "send to the webhook endpoint of a server that you have running. No Stripe account is "
        "needed. It runs with DEBUG=True and without live keys alone."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Name the subcommands and what each takes."""
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")

        lists = actions.add_parser("list", help="show the scenarios that can be played")
        lists.set_defaults(run=self.show)
        lists.add_argument("--json", action="store_true", help="print JSON and nothing else")

        plays = actions.add_parser(
            "play",
            help="play one scenario onto a booking",
            description="Send the events of one scenario to the webhook endpoint. Playing it again "
            "with the same seed sends the same events, and so changes nothing.",
        )
        plays.set_defaults(run=self.play)
        plays.add_argument("scenario", metavar="SCENARIO", help="its name, as `list` shows it")
        plays.add_argument(
            "--booking",
            metavar="CODE",
            help="whose money it is (default: the demo hotel's booking that shows the scenario)",
        )
        plays.add_argument(
            "--organization", metavar="SLUG", help="needed where two organizations have that code"
        )
        plays.add_argument(
            "--customer",
            metavar="CUS",
            default="",
            help="whom the platform bills, for scenarios of its own billing (default: the demo "
            "hotel's)",
        )
        add_delivery(plays)

        demo = actions.add_parser(
            "demo",
            help="play every scenario onto the demo hotel",
            description="Play every scenario onto the demo hotel's booking that shows it.",
        )
        demo.set_defaults(run=self.demo)
        add_delivery(demo)

        serves = actions.add_parser(
            "serve",
            help="be Stripe's API, in test mode, on this machine",
            description="Answer as Stripe's API in test mode would, and send signed events to "
            "WEBHOOK_URL and to the endpoints that are made. Any sk_test_… is good. Set "
            "STRIPE_API_BASE to the address that it prints.",
        )
        serves.set_defaults(run=self.serve)
        serves.add_argument(
            "--port", type=int, default=PORT, metavar="N", help="default: %(default)s"
        )
        serves.add_argument(
            "--state", type=Path, metavar="FILE", help="keep everything here, over a restart"
        )
        serves.add_argument(
            "--seed", metavar="TEXT", help="the same ids each time (default: others each time)"
        )

        prints = actions.add_parser(
            "hotel",
            help="print the demo hotel, for `load_hotel`",
            description=f"Print the demo hotel as JSON, its stays around today. To load it: {LOAD}",
        )
        prints.set_defaults(run=self.hotel)

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuse where it must, else do what was asked."""
        if refusal := guard.refusal():
            raise CommandError(refusal)
        options["run"](options)

    def show(self, options: dict[str, Any]) -> None:
        """Show the scenarios."""
        if options["json"]:
            self.print([{"name": each.name, "title": each.title} for each in SCENARIOS.values()])
            return
        width = max(map(len, SCENARIOS))
        for each in SCENARIOS.values():
            self.stdout.write(f"{each.name:<{width}} {each.title}")

    def play(self, options: dict[str, Any]) -> None:
        """Play one scenario."""
        scenario = SCENARIOS.get(options["scenario"])
        if scenario is None:
            raise CommandError(
                f"There is no scenario {options['scenario']}; `sandbox list` shows them all."
            )
        slug, code = options["organization"], options["booking"]
        booking = find(slug, code) if code else find_for(scenario)
        self.deliver([(scenario, booking)], options)

    def demo(self, options: dict[str, Any]) -> None:
        """Play every scenario onto its booking of the demo hotel."""
        self.deliver([(each, find_for(each)) for each in SCENARIOS.values()], options)

    def serve(self, options: dict[str, Any]) -> None:
        """Be Stripe until somebody ends it."""
        if refusal := guard.elsewhere(settings.WEBHOOK_URL):
            raise CommandError(refusal)
        secrets = {
            "platform": settings.STRIPE_WEBHOOK_SECRET[0],
            "connect": settings.STRIPE_CONNECT_WEBHOOK_SECRET[0],
        }
        own = {scope: Endpoint(settings.WEBHOOK_URL, each) for scope, each in secrets.items()}
        try:
            server = Sandbox(
                port=options["port"], state=options["state"], seed=options["seed"], own=own
            )
        except OSError as error:
            raise CommandError(f"Port {options['port']} cannot be used: {error}") from error
        except (KeyError, TypeError, ValueError) as error:
            raise CommandError(f"{options['state']} holds no state of a sandbox.") from error
        ended = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: ended.set())
        server.start()
        self.stdout.write(f"Stripe's stand-in answers at {server.url}; Ctrl-C ends it.")
        self.stdout.flush()
        ended.wait()
        server.stop()

    def hotel(self, options: dict[str, Any]) -> None:
        """Print the demo hotel."""
        self.print(hotel.document(timezone.now()))

    def deliver(self, stories: list[tuple[Scenario, Reservation]], options: dict[str, Any]) -> None:
        """Send the events of each story, and say what was answered."""
        delivery = play.Delivery(
            url=options["url"] or settings.WEBHOOK_URL,
            secrets={
                "platform": settings.STRIPE_WEBHOOK_SECRET[0],
                "connect": settings.STRIPE_CONNECT_WEBHOOK_SECRET[0],
            },
            shuffle=options["shuffle"],
            double=options["double"],
            pause=options["delay"] / 1_000,
            seed=options["seed"],
        )
        if refusal := guard.elsewhere(delivery.url):
            raise CommandError(refusal)
        say = (lambda line: None) if options["json"] else self.stdout.write
        answers, customer = [], options.get("customer", "")
        for scenario, booking in stories:
            say(f"{booking.code}: {scenario.title}")
            story = play.story_ending_now(scenario, stay_of(booking, delivery.seed, customer))
            if not guard.elsewhere(settings.STRIPE_API_BASE):
                with contextlib.suppress(OSError):  # where none serves, events are all there is
                    play.leave(story, settings.STRIPE_API_BASE)
            try:
                for event, answer in delivery.bring(story.events):
                    answers.append((event, answer.status))
                    say(f"  {answer.status}  {event['type']:<40} {event['id']}")
            except OSError as error:
                raise CommandError(
                    f"Nobody answers at {delivery.url} ({error}). Is the web server running?"
                ) from error
        if options["json"]:
            self.print(
                [
                    {"event_id": event["id"], "type": event["type"], "status": status}
                    for event, status in answers
                ]
            )
        refused = sum(status != 200 for _, status in answers)
        if refused:
            raise CommandError(f"{refused} of {len(answers)} events were not accepted.")

    def print(self, value: Any) -> None:
        """Print one JSON value."""
        self.stdout.write(json.dumps(value, indent=2, ensure_ascii=False))


def add_delivery(parser: CommandParser) -> None:
    """Name what says how events are delivered."""
    parser.add_argument(
        "--url", help="where to send them, on this machine alone (default: WEBHOOK_URL)"
    )
    parser.add_argument("--shuffle", action="store_true", help="in any order: Stripe promises none")
    parser.add_argument(
        "--double", action="store_true", help="each event twice: Stripe may do that"
    )
    parser.add_argument(
        "--seed", type=int, default=1, metavar="N", help="another number: other ids, another order"
    )
    parser.add_argument(
        "--delay", type=int, default=0, metavar="MS", help="milliseconds between two events"
    )
    parser.add_argument("--json", action="store_true", help="print JSON and nothing else")


def find_for(scenario: Scenario) -> Reservation:
    """Find the demo hotel's booking that shows a scenario."""
    slug, code = hotel.booking_for(scenario.name)
    try:
        return find(slug, code)
    except CommandError as error:
        raise CommandError(f"{error} It belongs to the demo hotel; to load it: {LOAD}") from error


def find(slug: str | None, code: str) -> Reservation:
    """Find a booking by its code, in one organization or in all of them."""
    found = Reservation.objects.filter(code=code).select_related(
        "organization", "property", "guest"
    )
    if slug:
        found = found.filter(organization__slug=slug)
    match list(found):
        case []:
            raise CommandError(f"There is no booking {code}{f' of {slug}' if slug else ''}.")
        case [booking]:
            return booking
        case several:
            slugs = ", ".join(sorted(each.organization.slug for each in several))
            raise CommandError(f"{code} is a booking of {slugs}: say which with --organization.")


def stay_of(booking: Reservation, seed: int, customer: str) -> Any:
    """Return a booking as a scenario needs to know it."""
    if not play.account_of(booking):
        raise CommandError(
            f"{booking.code} has no Stripe account: neither {booking.property} nor "
            f"{booking.organization} is connected."
        )
    try:
        return play.stay_of(booking, seed=seed, customer=customer)
    except ValueError as error:
        raise CommandError(f"{booking.code}: {error}") from error
