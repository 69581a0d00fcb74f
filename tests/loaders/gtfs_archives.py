"""GTFS archives made by hand: a small network of Marseille, whose tables a test changes."""

import io
import zipfile

STOPS = """stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station
CAST,Castellane,43.28580,5.38380,1,
CAST1,Castellane M1,43.28570,5.38370,0,CAST
CAST2,Castellane M2,43.28590,5.38390,,CAST
CASTE,Castellane entrée Baille,43.28550,5.38420,2,CAST
BLAN1,La Blancarde,43.29700,5.40500,0,
BLAN2,LA  BLANCARDE,43.29740,5.40500,0,
BLAN3,La Blancarde,43.29780,5.40500,0,
BLAN4,La Blancarde,43.29900,5.40500,0,
ECOLE,École d'Art,43.22800,5.43700,0,
QUAI,Vieux-Port Quai,43.29500,5.37200,0,
LOIN,Gare de Nice,43.70500,7.26200,0,
VIDE,Jamais Desservi,43.30000,5.39000,0,
""".encode()
ROUTES = """route_id,route_short_name,route_long_name,route_type
R1,M1,La Rose - La Fourragère,1
R2,T1,Noailles - Les Caillols,0
R3,B1,Castellane - Luminy,3
R4,54,Blancarde,700
R5,,Navette du Frioul,4
""".encode()
TRIPS = b"""route_id,service_id,trip_id
R1,S,t1
R2,S,t2
R3,S,t3
R4,S,t4
R5,S,t5
"""
STOP_TIMES = b"""trip_id,arrival_time,departure_time,stop_id,stop_sequence
t1,06:00:00,06:00:00,CAST1,1
t1,06:05:00,06:05:00,CAST2,2
t2,06:00:00,06:00:00,BLAN1,1
t4,06:01:00,06:01:00,BLAN2,1
t4,06:02:00,06:02:00,BLAN3,2
t3,07:00:00,07:00:00,CAST2,1
t3,07:30:00,07:30:00,ECOLE,2
t4,08:00:00,08:00:00,BLAN4,3
t5,09:00:00,09:00:00,QUAI,1
t2,09:00:00,09:00:00,LOIN,2
"""
TABLES = {"stops.txt": STOPS, "routes.txt": ROUTES, "trips.txt": TRIPS, "stop_times.txt": STOP_TIMES}


def archive(tables=None, *, folder="", **changed):
    """Give the bytes of an archive; `changed` replaces a table by its name without `.txt`, None leaves it out."""
    members = dict(TABLES if tables is None else tables)
    members |= {f"{name}.txt": content for name, content in changed.items()}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            if content is not None:
                file.writestr(folder + name, content)
    return buffer.getvalue()
