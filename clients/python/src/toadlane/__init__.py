"""Client of Toad Lane, the platform on which a network of councils runs grant rounds.

`Client` signs in, keeps signed in and calls; what the platform refuses is a `Refused`. The messages lie in one package
per area, made from the contract: `toadlane.bids.v1`, `toadlane.awards.v1`, `toadlane.reporting.v1` and so on; what all
of them share is `toadlane.types.v1`.
"""

from .client import Client
from .files import DigestMismatch
from .refused import Refused, Violation

__all__ = ["Client", "DigestMismatch", "Refused", "Violation"]
