from streamlit.proto.BackMsg_pb2 import BackMsg

from server.reconnection import WholeFirstRun
from tests.server.apart import run_apart


def heard(sent, *, kind="websocket"):
    """Give what the application hears of what a browser sends, through the middleware."""
    seen = []

    async def app(_scope, receive, _send):
        seen.extend([await receive() for _ in sent])

    async def run():
        waiting = iter(sent)

        async def receive():
            return next(waiting)

        await WholeFirstRun(app)({"type": kind}, receive, None)

    run_apart(run)
    return seen


def rerun(fragment="", *, auto=False, commune="Marseille"):
    message = BackMsg()
    message.rerun_script.fragment_id = fragment
    message.rerun_script.is_auto_rerun = auto
    message.rerun_script.query_string = "commune=13055"
    state = message.rerun_script.widget_states.widgets.add()
    state.id, state.string_value = "commune", commune
    return {"type": "websocket.receive", "bytes": message.SerializeToString()}


def test_the_first_run_of_a_connection_is_whole_and_keeps_the_widgets():
    found = heard([{"type": "websocket.connect"}, rerun("a", auto=True), rerun("a"), rerun("b")])
    assert found == [{"type": "websocket.connect"}, rerun(), rerun("a"), rerun("b")]


def test_what_is_no_run_goes_through_and_does_not_count():
    other = BackMsg()
    other.load_git_info = True
    before = [{"type": "websocket.receive", "bytes": other.SerializeToString()}]
    before += [
        {"type": "websocket.receive", "bytes": b"\xff\xff"},
        {"type": "websocket.receive", "text": "x"},
    ]
    assert heard([*before, rerun("a")]) == [*before, rerun()]


def test_a_first_run_that_is_whole_is_left_alone():
    assert heard([rerun(), rerun("a")]) == [rerun(), rerun("a")]


def test_requests_of_files_are_left_alone():
    assert heard([rerun("a")], kind="http") == [rerun("a")]
