"""A Jupyter in a process of its own, with nobody's settings: what it finds there, and how it ends."""

import os
import subprocess

PATIENCE = 60  # seconds


def nobodys_settings(place):
    """The environment, with all of Jupyter's folders in ``place`` and none of this machine's settings."""
    folders = {
        "JUPYTER_CONFIG_DIR": place / "config",
        "JUPYTER_DATA_DIR": place / "data",
        "JUPYTER_RUNTIME_DIR": place / "runtime",
        "JUPYTERLAB_SETTINGS_DIR": place / "settings",
        "JUPYTERLAB_WORKSPACES_DIR": place / "workspaces",
        "IPYTHONDIR": place / "ipython",
    }
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "JPY_"))}
    return inherited | {name: str(folder) for name, folder in folders.items()}


def end(process):
    """End a server, which ends its kernels."""
    process.terminate()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
