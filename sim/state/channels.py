"""Channels: where a consumer meets an offer."""

from __future__ import annotations

from enum import IntEnum


class Channel(IntEnum):
    """Where a consumer met an offer."""

    LISTING = 0
    AD = 1
    PUBLIC_POST = 2
    PRIVATE_POST = 3
    ONE_TO_ONE = 4
    SEARCH = 5
    FRIEND = 6
    RECALL = 7
    LIVE = 8
    OWN_POOL = 9


PUBLIC_CHANNELS = (Channel.LISTING, Channel.AD, Channel.PUBLIC_POST, Channel.SEARCH, Channel.LIVE)
PRIVATE_CHANNELS = (Channel.PRIVATE_POST, Channel.ONE_TO_ONE, Channel.OWN_POOL)
CREATOR_CHANNELS = (Channel.PUBLIC_POST, Channel.LIVE, Channel.PRIVATE_POST, Channel.ONE_TO_ONE)
