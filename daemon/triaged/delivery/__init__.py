"""The one door to SMTP: octets and an envelope go in, an `Outcome` comes out. Nothing else speaks to a server here."""

from triaged.delivery.outcome import Deferred, Delivery, Envelope, InDoubt, Outcome, Refused, Sent

__all__ = ["Deferred", "Delivery", "Envelope", "InDoubt", "Outcome", "Refused", "Sent"]
