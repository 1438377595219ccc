"""Who is not worked for: left out, moved to another ledger, to be forgotten. Found out at a start, at each reload and when told so.

In: the settings in force, what held last, the ledger. Out: settings without them, and, for whoever is to be forgotten, first her mail
back in her inbox and then nothing that is remembered of her.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from triaged.account.context import Context
from triaged.ledger import Ledger
from triaged.ledger.entries import AccountOverview
from triaged.service.currentsettings import CurrentSettings
from triaged.service.departures import Gone, absences, still_here
from triaged.service.inforce import InForce
from triaged.service.leftout import remember, tell
from triaged.service.supervisor import Supervisor


@dataclass(frozen=True, slots=True)
class Farewells:
    """Both steps raise LedgerBusy, LedgerFull, LedgerUnavailable and LedgerDamaged."""

    context: Context
    settings: CurrentSettings
    supervisor: Supervisor
    in_force: InForce

    async def leave_out(self) -> None:
        """Find out who is left out now, tell it, and remember what is in force for those who are not."""
        overview, gone = await self.context.write(_known)
        loaded, elsewhere = still_here(self.settings.loaded, overview, gone)
        if loaded is not self.settings.loaded:
            self.settings.swap(loaded)
        absent = (*absences(loaded, self.in_force.read(), overview, gone), *elsewhere)
        told = {(one.label, one.why) for one in self.settings.absent}
        await tell(self.context, [one for one in absent if (one.label, one.why) not in told], overview)
        self.settings.leave_out(absent)
        remember(self.in_force, loaded, absent)

    async def forget(self) -> bool:
        """Bring back what is put aside for those who are to be forgotten, then forget them; whether one is left."""
        wanted = await self.context.write(Ledger.to_forget)
        if not wanted:
            return False
        await self.leave_out()
        await self.supervisor.apply()
        for key, first_back in wanted.items():
            if first_back and (await self.context.write(Ledger.left_of, key)).aside:
                continue
            await self.supervisor.left()
            kept = {person.ruleset_hash for person in self.settings.persons}
            await self.context.write(Ledger.erase_person, key, kept)
            await self.leave_out()
        return bool(await self.context.write(Ledger.to_forget))


def _known(ledger: Ledger) -> tuple[Sequence[AccountOverview], Gone]:
    """How the accounts stand, and who has gone."""
    return ledger.overview(), Gone(ledger.moved(), ledger.to_forget())
