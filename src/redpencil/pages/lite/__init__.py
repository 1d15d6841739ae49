"""The in-browser notebooks: JupyterLite with Pyodide, every file of it served from the site itself.

From the ground: `obtain` fetches what ``wheels.toml`` pins and verifies it, `lock` names those wheels to Pyodide,
`making` is what a step works on, `base` makes what is the same for every kit, `kit` what is its own, `packed` makes of
both the packs that Python starts from, and `build` runs the steps, looks the folder over for addresses of other hosts,
and keeps it for the next build.
"""
