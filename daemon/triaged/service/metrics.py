"""The daemon's state and the counts of its events in the text format of Prometheus.

In: a `DaemonState` and `Counts`. Out: octets for /metrics. Labels are labels of the configuration, never addresses,
subjects or anything else that came by mail.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Final

from triaged import __version__
from triaged.log.events import Counts
from triaged.log.vocabulary import DECISIONS, EVENTS
from triaged.service.healthserver import FIGURES, AccountState, DaemonState, Metrics

if TYPE_CHECKING:
    from prometheus_client import Metric

_WHOSE: Final = ("person", "account")

_INSTANTS: Final[tuple[tuple[str, str, Callable[[AccountState], datetime | None]], ...]] = (
    ("state_since", "Since when the account is in its present state.", lambda account: account.since),
    ("proven_alive", "When the server last answered.", lambda account: account.proven_alive),
    ("last_message", "When the last message was decided.", lambda account: account.last_message),
)
_COUNTERS: Final[tuple[tuple[str, str, Callable[[AccountState], int]], ...]] = (
    ("connects", "Connections made.", lambda account: account.connects),
    ("failures", "Connections that failed or were lost.", lambda account: account.failures),
)
_GAUGES: Final[tuple[tuple[str, str, Callable[[AccountState], float]], ...]] = (
    (
        "account_folders_unwatched",
        "Folders that are to be watched and are not.",
        lambda account: len(account.unwatched),
    ),
    ("account_signed_out", "Whether the server refuses the sign-in.", lambda account: account.state == "signed out"),
    ("oldest_due_reply_seconds", "For how long the oldest due reply has waited.", lambda account: account.due_reply),
    ("oldest_due_return_seconds", "How long the oldest return is overdue.", lambda account: account.due_return),
    (
        "smtp_last_worked_seconds",
        "Seconds since the submission server took or refused a mail, else since the start.",
        lambda account: account.smtp_worked,
    ),
    ("unadopted", "Messages put aside by a triaged that no ledger knows.", lambda account: account.unadopted),
    ("another", "Whether another triaged works on the same mailbox.", lambda account: account.another),
)
_OF_THE_SERVICE: Final = ("service", "config", "log", "lease", "person")
_OF_A_PERSON: Final = ("config", "person", "calendar", "promise", "notify", "digest", "agenda", "report")
_OF_AN_ACCOUNT: Final = ("account", "message", "reply", "promise", "pass")
"""First words of events that are counted from the start: of a counter born at 1 nobody sees that it has risen."""


def exporter(counts: Counts, clients: Callable[[], bool] = lambda: False) -> Metrics | None:
    """Renders states; None where prometheus-client is not installed (triaged[metrics]). `clients`: whether they are named."""
    try:
        from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
    except ImportError:
        return None

    class Latest:
        """Collects what was asked for last: prometheus-client calls it while it renders."""

        state: DaemonState | None = None

        def collect(self) -> "Iterator[Metric]":
            if self.state is not None:
                yield from families(self.state, counts, clients=clients())

    latest = Latest()
    registry = CollectorRegistry()
    registry.register(latest)
    ProcessCollector(registry=registry)

    def render(state: DaemonState) -> bytes:
        latest.state = state
        return generate_latest(registry)

    return render


def families(state: DaemonState, counts: Counts, *, clients: bool) -> "Iterator[Metric]":
    """Every family, in a fixed order."""
    yield from _of_the_daemon(state)
    yield from _of_the_events(state, counts, clients=clients)
    yield from _of_the_accounts(state)


def _of_the_daemon(state: DaemonState) -> "Iterator[Metric]":
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily

    yield InfoMetricFamily("triaged_build", "The running version.", value={"version": __version__})
    started = state.started_at.timestamp()
    yield GaugeMetricFamily("triaged_start_time_seconds", "When the daemon started.", value=started)
    yield GaugeMetricFamily("triaged_ready", "Whether every account has been tried.", value=float(state.ready))
    lag = state.loop_lag
    yield GaugeMetricFamily("triaged_loop_lag_seconds", "How long one turn of the event loop took.", value=lag)
    yield CounterMetricFamily("triaged_log_lines_lost", "Lines of the log that nobody took.", value=state.lines_lost)
    persons = GaugeMetricFamily(
        "triaged_persons",
        "Persons: as their files say, by settings from before (outdated), or not at all (left_out).",
        labels=("state",),
    )
    for name, count in state.persons.items():
        persons.add_metric((name,), count)
    yield persons


def _from_zero(state: DaemonState) -> Iterator[tuple[str, str, str]]:
    """Event, person and account of every series there is from the start."""
    accounts = [(account.person, account.account) for account in state.accounts]
    persons = {person for person, _ in accounts} | {one.person for one in state.left_out}
    for event in EVENTS:
        area = event.partition(".")[0]
        if area in _OF_THE_SERVICE:
            yield event, "", ""
        if area in _OF_A_PERSON:
            yield from ((event, person, "") for person in persons)
        if area in _OF_AN_ACCOUNT:
            yield from ((event, *whose) for whose in accounts)


def _of_the_events(state: DaemonState, counts: Counts, *, clients: bool) -> "Iterator[Metric]":
    from prometheus_client.core import CounterMetricFamily, SummaryMetricFamily

    events = CounterMetricFamily("triaged_events", "Events, as in the log.", labels=("event", *_WHOSE))
    for event_key, count in sorted({**dict.fromkeys(_from_zero(state), 0), **counts.events}.items()):
        events.add_metric(event_key, count)
    yield events
    # for whom somebody works is more than who looks at machines need know
    labels = ("person", "client", "verdict") if clients else ("person", "verdict")
    persons = dict.fromkeys(account.person for account in state.accounts)
    by_labels: Counter[tuple[str, ...]] = Counter()
    if not clients:
        by_labels.update({(person, verdict): 0 for person in persons for verdict in DECISIONS.values()})
    for (person, client, verdict), count in counts.messages.items():
        by_labels[(person, client, verdict) if clients else (person, verdict)] += count
    messages = CounterMetricFamily("triaged_client_messages", "Clients' messages by verdict.", labels=labels)
    for message_key, count in sorted(by_labels.items()):
        messages.add_metric(message_key, count)
    yield messages
    took = SummaryMetricFamily("triaged_event_duration_seconds", "How long it took.", labels=("event",))
    for event, (count, milliseconds) in sorted(counts.durations.items()):
        took.add_metric((event,), count_value=count, sum_value=milliseconds / 1000)
    yield took


def _of_the_accounts(state: DaemonState) -> "Iterator[Metric]":
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

    up = GaugeMetricFamily("triaged_account_up", "Whether the account's mail is watched.", labels=(*_WHOSE, "mode"))
    for account in state.accounts:
        up.add_metric((account.person, account.account, account.mode), float(account.is_up))
    yield up
    for name, words, value in _GAUGES:
        gauge = GaugeMetricFamily(f"triaged_{name}", words, labels=_WHOSE)
        for account in state.accounts:
            gauge.add_metric((account.person, account.account), float(value(account)))
        yield gauge
    for name, words, instant in _INSTANTS:
        gauge = GaugeMetricFamily(f"triaged_account_{name}_timestamp_seconds", words, labels=_WHOSE)
        for account in state.accounts:
            if (at := instant(account)) is not None:
                gauge.add_metric((account.person, account.account), at.timestamp())
        yield gauge
    for name, words, number in _COUNTERS:
        counter = CounterMetricFamily(f"triaged_account_{name}", words, labels=_WHOSE)
        for account in state.accounts:
            counter.add_metric((account.person, account.account), number(account))
        yield counter
    for name, words in FIGURES.items():
        figure = GaugeMetricFamily(f"triaged_{name}", words, labels=_WHOSE)
        for account in state.accounts:
            if name in account.figures:
                figure.add_metric((account.person, account.account), account.figures[name])
        yield figure
