"""Static programs of other Debian suites, for tests with servers that Debian 12 has not.

They are fetched once, through apt's own configuration, into a cache folder outside of the
repository; neither the system's sources nor its packages are touched.
"""
import os
import pathlib
import shutil
import subprocess
import tempfile

PATIENCE = 300  # seconds; only ever a guard against hanging


def cache_folder():
    base = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(base) / "canarygate-tests"


def archive():
    """Where this machine's own packages come from."""
    listed = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE) $(COMPONENT)",
         "Created-By: Packages"], capture_output=True, text=True, check=True, timeout=PATIENCE)
    for line in listed.stdout.splitlines():
        uri, release, component = line.split()
        if release == "bookworm" and component == "main":
            return uri
    raise OSError("apt is configured for no bookworm archive")


def fetch(suite, package, inside, target):
    """Unpacks the package, with a package list of its own, and keeps what it has as `inside`."""
    with tempfile.TemporaryDirectory() as scratch:
        work = pathlib.Path(scratch)
        for name in ("lists/partial", "cache/archives/partial", "none"):
            (work / name).mkdir(parents=True)
        (work / "status").touch()
        (work / "sources.list").write_text(f"deb {archive()} {suite} main\n")
        apt = ["apt-get", "-qq"]
        for option in (f"Dir::Etc::sourcelist={work}/sources.list",
                       f"Dir::Etc::sourceparts={work}/none", f"Dir::State::lists={work}/lists",
                       f"Dir::Cache={work}/cache", f"Dir::State::status={work}/status",
                       "APT::Sandbox::User=root", "Acquire::Check-Valid-Until=false"):
            apt += ["-o", option]
        for command in (apt + ["update"], apt + ["download", package]):
            subprocess.run(command, cwd=work, check=True, capture_output=True, timeout=PATIENCE)
        found = next(work.glob(f"{package}_*.deb"))
        subprocess.run(["dpkg", "-x", found, work / "unpacked"], check=True, timeout=PATIENCE)
        target.parent.mkdir(parents=True, exist_ok=True)
        # Renamed into place, so that a second run at the same time never sees half of it.
        half = target.with_name(f"{target.name}.{os.getpid()}")
        shutil.move(work / "unpacked" / inside, half)
        os.replace(half, target)


def program_of(suite, package, program):
    """(path, "") of the program, or (None, why it cannot be had)."""
    target = cache_folder() / f"{package}-{suite}" / program
    try:
        if not target.exists():
            fetch(suite, package, f"usr/bin/{program}", target)
        subprocess.run([target, "--version"], capture_output=True, check=True, timeout=PATIENCE)
        return target, ""
    except (OSError, subprocess.SubprocessError, StopIteration) as problem:
        return None, f"{program} of Debian {suite} cannot be had here: {problem}"


def python_packages_of(suite, package):
    """(folder for PYTHONPATH, "") of a package of pure Python, or (None, why it cannot be had)."""
    target = cache_folder() / f"{package}-{suite}" / "dist-packages"
    try:
        if not target.exists():
            fetch(suite, package, "usr/lib/python3/dist-packages", target)
        return target, ""
    except (OSError, subprocess.SubprocessError, StopIteration) as problem:
        return None, f"{package} of Debian {suite} cannot be had here: {problem}"
