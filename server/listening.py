"""The socket that the atlas answers on, and the addresses that it is reached by."""

import socket

_bound: set[str] = set()


def listen(address: str, port: int) -> socket.socket:
    """Open the socket that `python -m server` answers on, and note its address.

    What it accepts sends small answers without waiting: with Nagle's algorithm each file and each message of a visit
    would wait for the browser's delayed acknowledgement, 40 ms.

    Parameters
    ----------
    port
        0 for any that is free.

    Raises
    ------
    OSError
        If the address is not this machine's, or the port is taken.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listening = socket.create_server((address, port), family=family, backlog=2048)
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    _bound.add(str(listening.getsockname()[0]))
    return listening


def bound_to() -> frozenset[str]:
    """Give the addresses that this process listens on, as its sockets have them and whatever its options say.

    Returns
    -------
    frozenset of str
        IP addresses; empty if something else than `python -m server` started the atlas.
    """
    return frozenset(_bound)
