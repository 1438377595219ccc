"""Signing in without a password: OAuth 2 tokens, had, kept, renewed (RFC 6749, 7636, 8252, 8628).

Sign-ins and a folder go in; access tokens and news about dying sign-ins come out. The only place that knows oauthlib.
"""

from triaged.delivery.oauth.errors import Declined, NotNow, SignInNeeded
from triaged.delivery.oauth.holder import Holder
from triaged.delivery.oauth.keeper import Keeper, News
from triaged.delivery.oauth.tokenstore import Store, StoreError, Token

__all__ = ["Declined", "Holder", "Keeper", "News", "NotNow", "SignInNeeded", "Store", "StoreError", "Token"]
