"""Archives of a network, and files of the DGFiP, made to harm."""

from tests import dgfip
from tests.loaders import gtfs_archives
from tests.loaders.hostile import archives
from tests.loaders.hostile.texts import many, number, quoted, run


def gtfs(rng):
    """Change one table: its lines by thousands, a long cell, a quote that stays open, bytes of no encoding."""
    table = rng.choice([*gtfs_archives.TABLES, "agency.txt", "feed_info.txt"])
    header, first, *rest = (
        gtfs_archives.TABLES.get(table, b"agency_name,feed_version,feed_start_date\na,b,20260101\n")
        .decode()
        .splitlines()
    )
    cells = first.split(",")
    at = rng.randrange(len(cells))
    cells[at] = rng.choice(
        [run(rng), number(rng), '"', '"\n' * many(rng, 4) + '"', "x,y,z", "", "0", "-1", "1e999", "é\x00"]
    )
    line = ",".join([*cells[:at], quoted(cells[at]) if rng.random() < 0.6 else cells[at], *cells[at + 1 :]])
    lines = rng.choice(
        [
            [line],
            [line] * many(rng, 4.3),
            [line.replace(cells[0], f"{cells[0]}{rank}", 1) for rank in range(many(rng, 4))],
        ]
    )
    content = "\n".join([header, *lines, first, *rest, ""]).encode("utf-8", "surrogatepass")
    content = rng.choice(
        [
            content,
            content,
            content,
            archives.mutated(rng, content),
            content.replace(b",", b";"),
            content.replace(b"\n", b"\r"),
        ]
    )
    return gtfs_archives.archive(**{table.removesuffix(".txt"): content})


def gtfs_bomb(rng):
    """Pack a table of passages that is far larger than its archive."""
    lines = gtfs_archives.STOP_TIMES + b"t1,06:00:00,06:00:00,CAST1,1\n" * many(rng, 5.7)
    return gtfs_archives.archive(stop_times=lines, folder=rng.choice(["", "a/", "../", "__MACOSX/"]))


def dgfip_file(rng):
    """Change rows of the file of the premises of legal persons."""
    cells = [
        rng.choice([run(rng, 4), number(rng), "00", '"', "\ufffd", ";" * many(rng, 4), "", "5 - Office HLM"])
        for _ in range(4)
    ]
    row = tuple(rng.choice([cell, known]) for cell, known in zip(cells, ("12", *dgfip.OFFICE), strict=True))
    rows = [(f"{rank}", *dgfip.OFFICE) for rank in range(many(rng, 3))] + [row] * many(rng, 3.3)
    lines = [";".join(dgfip.COLUMNS)]
    sound = dgfip.file(("12", *dgfip.OFFICE)).decode("cp1252").splitlines()[1].split(";")
    for street, level, siren, group in rows:
        line = list(sound)
        for place, cell in ((11, street), (9, level), (19, siren), (20, group)):
            line[place] = cell
        lines.append(";".join(line))
    content = "\r\n".join([*lines, ""]).encode("cp1252", "replace")
    return rng.choice([content, content, archives.mutated(rng, content), content.replace(b"\r\n", b"\r")])
