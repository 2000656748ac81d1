"""The figures that somebody must look at when they rise."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Min
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from payments.models import (
    Alert,
    Charge,
    Dispute,
    EventCursor,
    Notification,
    OwedRead,
    Payment,
    PaymentTransaction,
    State,
    WebhookEvent,
)
from payments.notifications import outbox
from payments.outgoing import promises
from payments.records import accounts
from payments.webhooks import inbox

_WITH_STATUS: dict[str, Any] = {
    "transaction": PaymentTransaction,
    "charge": Charge,
    "dispute": Dispute,
}


class InboxMetrics(Collector):
    """Read from the tables at each scrape, from indexes that do not grow with them."""

    def collect(self) -> Iterable[Metric]:
        """Yield the inbox, the quarantine, unmatched money, mails and open alerts."""
        waiting = WebhookEvent.objects.filter(state=State.RECEIVED)
        yield GaugeMetricFamily(
            "payments_events_waiting",
            "Events received and not settled.",
            value=waiting.count(),
        )
        yield GaugeMetricFamily(
            "payments_oldest_event_waiting_seconds",
            "For how long the oldest due event has waited.",
            value=inbox.oldest_waiting(timezone.now()).total_seconds(),
        )
        quarantined = GaugeMetricFamily(
            "payments_events_quarantined",
            "Events set aside, by reason.",
            labels=["reason"],
        )
        rows = WebhookEvent.objects.filter(state=State.QUARANTINED).order_by()
        for reason, count in rows.values_list("reason").annotate(Count("pk")):
            quarantined.add_metric([reason], count)
        yield quarantined
        unmatched = Payment.objects.filter(seen=True, reservation=None).exclude(account="")
        yield GaugeMetricFamily(
            "payments_unmatched",
            "Payments that belong to no booking yet.",
            value=unmatched.count(),
        )
        unknown = GaugeMetricFamily(
            "payments_unknown_status",
            "Objects that Stripe says a status of which this version does not know, by kind.",
            labels=["kind"],
        )
        for kind, model in _WITH_STATUS.items():
            unknown.add_metric([kind], model.objects.filter(model.UNKNOWN_STATUS).count())
        yield unknown
        yield GaugeMetricFamily(
            "payments_mails_waiting",
            "Mails that are owed and not sent.",
            value=Notification.objects.filter(state=Notification.State.WAITING).count(),
        )
        yield GaugeMetricFamily(
            "payments_oldest_mail_waiting_seconds",
            "For how long the oldest mail that is owed has waited.",
            value=outbox.oldest_waiting(timezone.now()).total_seconds(),
        )
        given_up = Notification.objects.filter(state=Notification.State.UNDELIVERABLE)
        yield GaugeMetricFamily(
            "payments_mails_undeliverable",
            "Mails that nobody got: no address, or every attempt failed.",
            value=given_up.count(),
        )
        yield GaugeMetricFamily(
            "payments_reads_owed",
            "Objects that Stripe must be asked about again.",
            value=accounts.of_open_ones(OwedRead.objects.all()).count(),
        )
        yield GaugeMetricFamily(
            "payments_oldest_promise_seconds",
            "For how long the oldest request to Stripe has been open.",
            value=promises.oldest_open(timezone.now()).total_seconds(),
        )
        cursors = accounts.of_open_ones(EventCursor.objects.all())
        fetched = cursors.aggregate(Min("checked_at"))["checked_at__min"]
        if fetched:
            yield GaugeMetricFamily(
                "payments_events_fetched_seconds",
                "How long ago the account that has waited longest had its events fetched.",
                value=(timezone.now() - fetched).total_seconds(),
            )
        alerts = GaugeMetricFamily(
            "payments_alerts_open",
            "Alerts that are still true, by severity.",
            labels=["severity"],
        )
        raised = Alert.objects.filter(closed_at=None).order_by()
        for severity, count in raised.values_list("severity").annotate(Count("pk")):
            alerts.add_metric([severity], count)
        yield alerts
