from facts import snapshot
from geo import _validate


def test_the_files_are_read_anew_when_one_of_them_has_changed(monkeypatch):
    monkeypatch.setattr(snapshot, "LOOK_EVERY_S", -1.0)
    first = snapshot.current()
    assert snapshot.current() is first
    monkeypatch.setattr(snapshot, "_version", lambda: "une autre version")
    second = snapshot.current()
    assert second is not first
    assert second.version == "une autre version"
    assert second.qpv is not first.qpv
    assert snapshot.current() is second
    monkeypatch.undo()
    snapshot.forget()
    assert snapshot.current().version == first.version


def test_its_layers_are_proven_and_their_parts_are_not():
    qpv = snapshot.current().qpv
    assert _validate.is_proven(qpv, "outlines")
    assert not _validate.is_proven(qpv.iloc[:5], "any")
