"""A real PostgreSQL on a socket in a folder of its own, for as long as the tests run."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import trustme

PLACES = "/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin"
QUICK = """
fsync = off
synchronous_commit = off
full_page_writes = off
shared_buffers = 32MB
max_connections = 60
autovacuum = off
lc_messages = 'C'
ssl = on
"""
"""Nothing outlives the tests, so nothing need survive a crash of the machine."""
QUICKLY = "?sslmode=disable"
ROLE = "secretive"
WITH_PASSWORD = f"host all {ROLE} 127.0.0.1/32 scram-sha-256\n"
"""That role has to give its password."""
_START_S = 60.0


def _user() -> str:
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


# It refuses to run as root; but in some containers /dev/null is for those alone who may pass over
# the rights of files. It ends with the tests, also when they are killed.
_AS_ITS_USER = ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []
if os.geteuid() == 0:
    _AS_ITS_USER += [
        "--reuid", _user(), "--regid", str(pwd.getpwnam(_user()).pw_gid), "--clear-groups",
        "--inh-caps", "+dac_override", "--ambient-caps", "+dac_override",
    ]  # fmt: skip


def programs() -> Path | None:
    """The folder with `initdb` and `postgres`, the newest one."""
    found = [Path(place) for place in [shutil.which("initdb") or ""] if place]
    folders = [path.parent for path in found if (path.parent / "postgres").exists()]
    for pattern in PLACES:
        folders += sorted(Path("/").glob(pattern.lstrip("/")), reverse=True)
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


class PostgresServer:
    """Made in a new folder by `start`; `stop` ends it and removes the folder."""

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        self._folder = Path(tempfile.mkdtemp(prefix="tyler-pg-"))  # sockets need short paths
        self._data = self._folder / "data"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self._log = self._folder / "log"
        self.certificate = self._folder / "authority.pem"
        self._server: subprocess.Popen[bytes] | None = None
        self._count = 0

    def start(self) -> None:
        if not self._data.exists():
            self._make()
        with self._log.open("ab") as log:
            self._server = subprocess.Popen(
            [*_AS_ITS_USER, self._programs / "postgres", "-D", self._data, "-p", str(self.port),
             "-k", self._folder, "-h", "127.0.0.1"],
            stdout=subprocess.DEVNULL, stderr=log,
        )  # fmt: skip
        import psycopg  # noqa: PLC0415 - an extra: the other tests run without it

        deadline = time.monotonic() + _START_S
        while True:
            try:
                psycopg.connect(self.url("postgres")).close()
                return
            except psycopg.OperationalError:
                if self._server.poll() is not None or time.monotonic() > deadline:
                    raise AssertionError(self._log.read_text()) from None
                time.sleep(0.02)

    def _make(self) -> None:
        if os.geteuid() == 0:
            user = pwd.getpwnam(_user())
            os.chown(self._folder, user.pw_uid, user.pw_gid)
        subprocess.run(
            [*_AS_ITS_USER, self._programs / "initdb", "-D", self._data, "-U", "tester",
             "-E", "UTF8", "--locale=C.UTF-8", "--auth=trust", "--no-sync"],
            check=True, stdout=subprocess.DEVNULL, cwd=self._folder,
        )  # fmt: skip
        with (self._data / "postgresql.conf").open("a") as config:
            config.write(QUICK)
        access = self._data / "pg_hba.conf"
        access.write_text(WITH_PASSWORD + access.read_text())
        self._certify()

    def _certify(self) -> None:
        """Let it be known by a certificate of an authority that is `certificate`."""
        authority = trustme.CA()
        authority.cert_pem.write_to_path(self.certificate)
        own = authority.issue_cert("127.0.0.1")
        own.private_key_pem.write_to_path(self._data / "server.key")
        own.cert_chain_pems[0].write_to_path(self._data / "server.crt")
        owner = self._data.stat()
        for name in ("server.key", "server.crt"):
            os.chmod(self._data / name, 0o600)
            os.chown(self._data / name, owner.st_uid, owner.st_gid)

    @property
    def is_running(self) -> bool:
        return self._server is not None

    def kill(self) -> None:
        """End it as a power cut of the machine would look like to its clients."""
        assert self._server is not None
        self._server.send_signal(signal.SIGQUIT)
        self._server.wait(30)
        self._server = None

    def stop(self) -> None:
        if self._server is not None:
            self.kill()
        shutil.rmtree(self._folder)

    def url(self, database: str, user: str = "tester", rest: str = QUICKLY) -> str:
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}{rest}"

    def execute(self, database: str, sql: str) -> list[tuple[object, ...]]:
        """Run something from outside; returns the rows, if there are any."""
        import psycopg  # noqa: PLC0415 - as above

        with psycopg.connect(self.url(database), autocommit=True) as connection:
            cursor = connection.execute(sql)
            return cursor.fetchall() if cursor.description else []

    def role_with(self, password: str) -> str:
        """A role that must give this password."""
        if not self.execute("postgres", f"SELECT 1 FROM pg_roles WHERE rolname = '{ROLE}'"):
            self.execute("postgres", f"CREATE ROLE {ROLE} LOGIN SUPERUSER")
        self.execute("postgres", f"ALTER ROLE {ROLE} PASSWORD '{password}'")
        return ROLE

    def new_database(self, template: str = "template0") -> str:
        """The name of a new database, made from another."""
        self._count += 1
        name = f"chat{self._count}"
        self.execute("postgres", f"CREATE DATABASE {name} TEMPLATE {template}")
        return name
