"""Take from a process all that it does not need to read a file: memory, time, network, programs, files.

Linux gives this without root (prctl(2), seccomp(2), landlock(7)). Elsewhere, and where a kernel lacks one of them, the
others hold: `lacking` says which does not.
"""

import ctypes
import ctypes.util
import os
import platform
import struct
import sys
import sysconfig
from collections.abc import Iterable
from pathlib import Path
from typing import Final, NamedTuple

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]


class Limits(NamedTuple):
    """What a reading may take: address space, seconds of processor, seconds in all, and how much it may answer."""

    memory_bytes: int = 1_500_000_000
    processor_s: int = 30
    clock_s: float = 60.0
    answer_bytes: int = 400_000_000


class _Machine(NamedTuple):
    """What the kernel calls a kind of processor, and the numbers of its calls by name."""

    audit: int
    refused: tuple[int, ...]
    clone: int
    clone3: int
    fcntl: int
    prlimit: int


#: execve, execveat, fork, vfork, socket, socketpair, connect, accept, accept4, bind, listen, ptrace, process_vm_readv
#: and writev, kill, tkill, tgkill, bpf, perf_event_open, io_uring (which may open sockets), userfaultfd, mount, unshare,
#: setns, keyctl, add_key, request_key, memfd_secret, pidfd_getfd; then other ways to signal or to slow other processes of
#: the user's: rt_sigqueueinfo, rt_tgsigqueueinfo, pidfd_send_signal, pidfd_open, setpriority, sched_setparam, scheduler,
#: affinity and attr, ioprio_set, migrate_pages, move_pages, process_madvise, process_mrelease, kcmp; and memory that no
#: limit counts: memfd_create, shmget, shmat, semget, msgget, mq_open.
_MACHINES: Final = {
    "x86_64": _Machine(
        0xC000003E,
        (
            59, 322, 57, 58, 41, 53, 42, 43, 288, 49, 50, 101, 310, 311, 62, 200, 234, 321, 298, 425, 426, 427, 323, 165, 272,
            308, 250, 248, 249, 447, 438, 129, 297, 424, 434, 141, 142, 144, 203, 314, 251, 256, 279, 440, 448, 312, 319, 29,
            30, 64, 68, 240,
        ),
        56,
        435,
        72,
        302,
    ),
    "aarch64": _Machine(
        0xC00000B7,
        (
            221, 281, 198, 199, 203, 202, 242, 200, 201, 117, 270, 271, 129, 130, 131, 280, 241, 425, 426, 427, 282, 40, 97,
            268, 219, 217, 218, 447, 438, 138, 240, 424, 434, 140, 118, 119, 122, 274, 30, 238, 239, 440, 448, 272, 279, 194,
            196, 190, 186, 180,
        ),
        220,
        435,
        25,
        261,
    ),
}  # fmt: skip
_CLONE_THREAD: Final = 0x10000
#: F_SETOWN, F_SETSIG and F_SETOWN_EX: by these a file that changes signals another process.
_SIGNALLING: Final = (8, 10, 15)
_EPERM, _ENOSYS = 1, 38
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 4, 22, 38
_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446
_LANDLOCK_VERSION: Final = 1
_READ: Final = 0b1100
#: How many rights each version of Landlock knows.
_RIGHTS: Final = {1: 13, 2: 14, 3: 15, 4: 15}
_RIGHTS_LATEST: Final = 16
_ROOT: Final = Path(__file__).resolve().parent.parent.parent
_ROOMS: Final = ("errors.py", "words", "geo", "loaders")
#: Where a Linux keeps libraries, time zones and the like, beside Python's own folders.
_SYSTEM: Final = (
    "/lib",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
    "/usr/local/lib",
    "/usr/share",
    "/proc/self",
    "/dev/urandom",
)


def enter(limits: Limits, *, readable: Iterable[Path] = ()) -> None:
    """Shut this process in for good: from now on it reads the programs' own files, and writes to what is open.

    Parameters
    ----------
    readable
        Folders that it may read besides.

    Raises
    ------
    OSError
        If the system knows a protection and refuses it.
    """
    _bound(limits)
    os.environ.clear()
    if sys.platform != "linux":
        return
    # Where the machine itself lacks memory, this is what the kernel ends, and not the server.
    Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    _call("prctl", _PR_SET_DUMPABLE, 0, 0, 0, 0)
    _call("prctl", _PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if _landlock_version():
        _restrict_files([*_programs(), *readable])
    if platform.machine() in _MACHINES:
        _filter_calls(_MACHINES[platform.machine()])


def end_with_parent(parent: int) -> None:
    """Have this process ended when its parent is, however that ends."""
    if sys.platform == "linux":
        _call("prctl", _PR_SET_PDEATHSIG, 9, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)


def lacking() -> list[str]:
    """Say in French which protection this system does not give."""
    missing = []
    if resource is None:
        missing.append("limites de mémoire et de temps (setrlimit)")
    if (
        sys.platform != "linux"
        or platform.machine() not in _MACHINES
        or not Path("/proc/sys/kernel/seccomp").exists()
    ):
        missing.append("filtre des appels au système (seccomp)")
    if sys.platform != "linux" or not _landlock_version():
        missing.append("fichiers fermés (Landlock)")
    return missing


def _bound(limits: Limits) -> None:
    if hasattr(os, "nice"):
        os.nice(10)
    if resource is None:
        return
    asked = (
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_CPU, limits.processor_s),
        (resource.RLIMIT_FSIZE, limits.answer_bytes),
        # Cut short, it leaves no image of a user's file.
        (resource.RLIMIT_CORE, 0),
    )
    for limit, value in asked:
        most = resource.getrlimit(limit)[1]
        bounded = value if most == resource.RLIM_INFINITY else min(value, most)
        resource.setrlimit(limit, (bounded, bounded))


def _programs() -> list[Path]:
    """Name what Python and its libraries may yet have to read."""
    own = {Path(path) for path in (sys.prefix, sys.base_prefix, *sysconfig.get_paths().values(), *_SYSTEM)}
    # Not the whole of the project's folder, which may hold its secrets.
    own |= {_ROOT / room for room in _ROOMS}
    return sorted(path for path in own if path.exists())


def _restrict_files(readable: Iterable[Path]) -> None:
    every = (1 << _RIGHTS.get(_landlock_version(), _RIGHTS_LATEST)) - 1
    handled = ctypes.c_uint64(every)
    rules = _syscall(_LANDLOCK_CREATE, ctypes.byref(handled), ctypes.sizeof(handled), 0)
    try:
        for path in readable:
            _allow(rules, path, _READ if path.is_dir() else 0b100)
        _syscall(_LANDLOCK_RESTRICT, rules, 0)
    finally:
        os.close(rules)


def _allow(rules: int, path: Path, rights: int) -> None:
    opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        beneath = ctypes.create_string_buffer(struct.pack("=Qi", rights, opened))
        _syscall(_LANDLOCK_ADD, rules, 1, beneath, 0)
    finally:
        os.close(opened)


def _landlock_version() -> int:
    try:
        return _syscall(_LANDLOCK_CREATE, None, 0, _LANDLOCK_VERSION)
    except OSError:
        return 0


def _filter_calls(machine: _Machine) -> None:
    """Install the program of seccomp: the calls that it names are refused, and any of another kind of processor."""
    load, equal, at_least, has_bit, give = 0x20, 0x15, 0x35, 0x45, 0x06
    kill, allow = (give, 0, 0, 0x80000000), (give, 0, 0, 0x7FFF0000)
    refuse, unknown = ((give, 0, 0, 0x00050000 | code) for code in (_EPERM, _ENOSYS))
    first, second = (load, 0, 0, 16), (load, 0, 0, 24)

    def when(number: int, *then: tuple[int, int, int, int]) -> list[tuple[int, int, int, int]]:
        return [(equal, 0, len(then), number), *then]

    signals = [(equal, len(_SIGNALLING) - rank, 0, asked) for rank, asked in enumerate(_SIGNALLING)]
    program = [
        *((load, 0, 0, 4), (equal, 1, 0, machine.audit), kill, (load, 0, 0, 0)),
        # The calls of the x32 kind share x86_64's name.
        *((at_least, 0, 1, 0x40000000), refuse),
        *(line for number in machine.refused for line in when(number, refuse)),
        *when(machine.clone3, unknown),
        *when(machine.clone, first, (has_bit, 1, 0, _CLONE_THREAD), refuse, allow),
        *when(machine.fcntl, second, *signals, allow, refuse),
        # Its own limits alone.
        *when(machine.prlimit, first, (equal, 1, 0, 0), refuse, allow),
        allow,
    ]
    content = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *line) for line in program))
    head = ctypes.create_string_buffer(struct.pack("@HxxxxxxP", len(program), ctypes.addressof(content)))
    _call("prctl", _PR_SET_SECCOMP, 2, ctypes.addressof(head), 0, 0)


def _call(name: str, *arguments: int) -> int:
    return _checked(getattr(_libc(), name)(*(ctypes.c_ulong(value) for value in arguments)))


def _syscall(number: int, *arguments: object) -> int:
    return _checked(_libc().syscall(ctypes.c_long(number), *arguments))


def _checked(result: int) -> int:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
