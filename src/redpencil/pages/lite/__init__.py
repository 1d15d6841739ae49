"""The in-browser notebooks: JupyterLite with Pyodide, every file of it served from the site itself.

From the ground: `obtain` fetches what ``wheels.toml`` pins and verifies it, `lock` names those wheels to Pyodide, and
`build` puts the folder together, looks it over for addresses of other hosts, and keeps it for the next build.
"""
