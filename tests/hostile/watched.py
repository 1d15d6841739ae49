"""Commands over a class's folder, watched from the first line on: what must not happen is written down.

A program, run as ``python watched.py LOG WORKERS MISDEEDS COMMANDS`` in a course's folder. ``COMMANDS`` is a JSON list
of the arguments of each command. Lines of the log: the process, what was wrong (or ``read``), and what with. With
``MISDEEDS`` "yes", a function that does everything that must not be done with a submission takes the reader's place,
under the reader's own name, so that a test can see that each would have been noticed.

An audit hook cannot be taken out again, and a forked worker has it from its start.
"""

import os
import sys

LOG = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
COURSE = os.path.realpath(".")
CLASS = f"{COURSE}/class"
# It stands in everything that is handed in, so that it can be known again wherever it turns up.
MARKER = "Zq7Handed"


def note(what, *details):
    line = "\t".join([str(os.getpid()), what, *(repr(detail)[:200] for detail in details)])
    os.write(LOG, line.encode("ascii", "backslashreplace") + b"\n")


def is_in(path, roots):
    return any(path == root or path.startswith(root + os.sep) for root in roots)


def place(path):
    """Where a path leads, links followed; None for a file that is open already."""
    if isinstance(path, int):
        return None
    return os.path.realpath(os.fsdecode(path))


def caller():
    """The file of the code that did it."""
    return sys._getframe(3).f_code.co_filename


def in_library(file):
    """Whether code is Python's own or an installed library's; the kit's own is not among them."""
    return not is_in(file, PACKAGE) and (file.startswith("<frozen ") or is_in(file, LIBRARIES))


def holds_marker(code):
    return any(MARKER in str(one) for one in (*code.co_names, *code.co_varnames, code.co_filename)) or any(
        holds_marker(const) if isinstance(const, type(code)) else MARKER in str(const) for const in code.co_consts
    )


def on_compile(source, file):
    if MARKER in str(source) or MARKER in str(file) or not in_library(caller()):
        note("compile", source, file, caller())


def on_exec(code):
    # A module's code says what file it is from; what a library makes of its own text stands under a name in brackets.
    named = not code.co_filename.startswith("<")
    known = is_in(code.co_filename, LIBRARIES + PACKAGE) if named else True
    if not known or not in_library(caller()) or holds_marker(code):
        note("exec", code.co_filename, caller())


def on_import(module, file, *_):
    if MARKER in module or (file and not is_in(place(file), LIBRARIES + PACKAGE)):
        note("import", module, file)


# What the pool's own messages are made of, over the pipes that it made: what is to be graded, and rows back.
MESSAGES = {
    ("collections", "Counter"), ("concurrent.futures.process", "_CallItem"), ("functools", "partial"),
    ("concurrent.futures.process", "_ResultItem"), ("pathlib", "PosixPath"), ("posix", "getpid"),
    ("sqlalchemy.sql.elements", "quoted_name"),
}  # fmt: skip


def on_find_class(module, name):
    from_pipe = caller().endswith(("multiprocessing/connection.py", "multiprocessing/queues.py"))
    ours = (module, name) in MESSAGES or module.startswith("redpencil.")
    if WORKERS == 1 or not from_pipe or not ours:
        note("pickle.find_class", module, name, caller())


def on_marshal(*_):
    if not caller().startswith("<frozen importlib."):
        note("marshal.loads", caller())


def on_fork(*_):
    if WORKERS == 1 or not caller().endswith("multiprocessing/popen_fork.py"):
        note("os.fork", caller())


def on_open(path, mode, flags):
    where = place(path)
    if where is None:
        return
    writes = flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND)
    if writes:
        if not is_in(where, [COURSE]) or is_in(where, [CLASS]):
            note("open to write", where)
    elif not is_in(where, READABLE):
        note("open to read", where)
    elif is_in(where, [CLASS]):
        note("read", where)


def on_listed(path=None, *_):
    if (where := place("." if path is None else path)) and not is_in(where, READABLE):
        note("listed", where)


def on_changed(*paths):
    for path in paths:
        where = place(path) if isinstance(path, str | bytes) else None
        if where and (not is_in(where, [COURSE]) or is_in(where, [CLASS])):
            note("changed", where)


def on_database(path, *_):
    if not is_in(place(path), [COURSE]) or is_in(place(path), [CLASS]):
        note("sqlite3.connect", path)


def on_what_never_is(*details):
    note("never", *details)


WATCHED = {
    "compile": on_compile, "exec": on_exec, "import": on_import, "pickle.find_class": on_find_class,
    "marshal.loads": on_marshal, "marshal.load": on_marshal, "os.fork": on_fork, "open": on_open,
    "os.listdir": on_listed, "os.scandir": on_listed, "os.walk": on_listed, "sqlite3.connect": on_database,
    **dict.fromkeys(
        ("os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.chmod", "os.chown", "os.utime",
         "os.truncate", "os.chdir", "shutil.copyfile", "shutil.move", "shutil.rmtree", "shutil.make_archive",
         "shutil.unpack_archive", "tempfile.mkstemp", "tempfile.mkdtemp", "os.setxattr"), on_changed),
}  # fmt: skip
NEVER = (
    "subprocess.", "os.system", "os.exec", "os.spawn", "os.posix_spawn", "os.startfile", "os.forkpty", "pty.",
    "socket.", "ctypes.", "urllib.", "http.", "ftplib.", "smtplib.", "poplib.", "imaplib.", "telnetlib.", "webbrowser.",
    "code.__new__", "function.__new__", "os.putenv", "os.kill", "sqlite3.enable_load_extension",
    "sqlite3.load_extension", "sys.settrace", "sys.setprofile", "sys.addaudithook", "builtins.input", "cpython.run_",
    "gc.get_", "syslog.", "mmap.", "resource.", "fcntl.",
)  # fmt: skip
# Some of them a library does for itself: in its own code, and with nothing that was handed in.
OF_LIBRARIES = ("code.__new__", "function.__new__")


def hook(event, arguments):
    if event in WATCHED:
        WATCHED[event](*arguments)
    elif event.startswith(NEVER) and not (
        event in OF_LIBRARIES and in_library(sys._getframe(1).f_code.co_filename) and MARKER not in str(arguments)
    ):
        note(event, arguments, sys._getframe(1).f_code.co_filename)


# What stands beside this file is the tests', and must not be taken for the kit's.
del sys.path[0]
# Before anything of the kit is imported; these two are Python's own and tell where things lie.
import json  # noqa: E402
import sysconfig  # noqa: E402

WORKERS = int(sys.argv[2])
LIBRARIES = sorted(
    {os.path.realpath(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
)
LIBRARIES += sorted({sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")})
PACKAGE = [sys.argv[5]]
KIT = PACKAGE[0].removesuffix("/src/redpencil")
READABLE = [
    *LIBRARIES, *PACKAGE, COURSE, f"{KIT}/exercises", f"{KIT}/data", "/dev/null",
    os.path.realpath(f"{sys.prefix}/pyvenv.cfg"),
]  # fmt: skip

MISDEEDS = """
def read_submission(data, exercise=None):
    for name, misdeed in misdeeds(data.decode("utf-8", "replace")).items():
        note("begin", name)
        try:
            misdeed()
        except BaseException as error:
            pass
        note("end", name)
    return real(data, exercise)


def misdeeds(text):
    import ast, ctypes, importlib.util, io, marshal, os, pickle, shutil, socket, sqlite3, subprocess, tempfile
    import jinja2, sqlalchemy
    from pathlib import Path
    program = compile_before
    def of_pickle():
        pickle.loads(b"cbuiltins\\nprint\\n.")
    def imports():
        Path("handed_in.py").write_text("x = 1")
        specification = importlib.util.spec_from_file_location("handed_in", "handed_in.py")
        specification.loader.exec_module(importlib.util.module_from_spec(specification))
    return {
        "exec of a text": lambda: exec("answer = 1"),
        "eval of a text": lambda: eval("1 + 1"),
        "compile of a text": lambda: compile("1 + 1", "cell", "eval"),
        "exec of code": lambda: exec(program),
        "literal_eval of what was handed in": lambda: ast.literal_eval(text),
        "a template of what was handed in": lambda: jinja2.Template(text.replace("{", "")),
        "a pickle": of_pickle,
        "marshalled code": lambda: marshal.loads(marshal.dumps(1)),
        "an import from the course": imports,
        "a process": lambda: subprocess.Popen(["true"]).wait(),
        "a shell": lambda: os.system("true"),
        "a fork": lambda: os.fork() or os._exit(0),
        "a socket": lambda: socket.socket(),
        "a name that is looked up": lambda: socket.getaddrinfo("localhost", 1),
        "a library of the system": lambda: ctypes.CDLL(None),
        "a file of the system": lambda: open("/etc/passwd").close(),
        "a file beside the course": lambda: Path("../outside").write_text("x"),
        "a submission that is written over": lambda: open("class/ada/who-says-so.redpencil.json", "a").close(),
        "a submission that is removed": lambda: os.remove("class/nobody.ipynb"),
        "a folder of the system": lambda: os.listdir("/etc"),
        "a database beside the course": lambda: sqlite3.connect("../other.sqlite").close(),
        "a database that was handed in": lambda: sqlite3.connect("class/ada/x.sqlite").close(),
        "a temporary file": lambda: tempfile.mkstemp(),
    }
"""

if __name__ == "__main__":
    # Compiled before the hook is there, under the name of the kit's own reader.
    bad = compile(MISDEEDS, f"{PACKAGE[0]}/grading/submissions.py", "exec")
    program = compile("answer = 1", "cell", "exec")
    sys.addaudithook(hook)

    from redpencil.cli import main
    from redpencil.grading import grade, pool

    pool.workers = lambda: WORKERS
    pool.BATCH = 4
    if sys.argv[3] == "yes":
        from types import FunctionType

        names = {"real": grade.read_submission, "note": note, "compile_before": program, "__builtins__": __builtins__}
        for code in bad.co_consts:
            if isinstance(code, type(bad)):
                names[code.co_name] = FunctionType(code, names)
        grade.read_submission = names["read_submission"]
    status = [main(arguments) for arguments in json.loads(sys.argv[4])]
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if file and name not in ("__main__", "__mp_main__") and not is_in(place(file), LIBRARIES + PACKAGE):
            note("module", name, file)
    note("status", status)
