"""The one door to SMTP: octets and an envelope go in, an `Outcome` comes out. Nothing is decided or written down here."""

from triaged.delivery.outcome import Deferred, Delivery, Envelope, InDoubt, Outcome, Refused, Sent
from triaged.delivery.probe import Probe
from triaged.delivery.smtp import SmtpDelivery

__all__ = [
    "Deferred",
    "Delivery",
    "Envelope",
    "InDoubt",
    "Outcome",
    "Probe",
    "Refused",
    "Sent",
    "SmtpDelivery",
]
