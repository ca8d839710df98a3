"""Static programs of other Debian suites, unpacked into a folder: nothing is installed, and the
system's own sources stay as they are. The mirror is the one apt is configured for."""
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

SOURCES = (Path("/etc/apt/sources.list.d/debian.sources"), Path("/etc/apt/sources.list"))


def mirror():
    """The archive's address in apt's own configuration."""
    for path in SOURCES:
        if path.exists():
            found = re.search(r"^(?:URIs:|deb(?: \[[^]]*\])?)\s*(\S+)", path.read_text(), re.M)
            if found:
                return found.group(1)
    return None


def unpack(suite, package, folder):
    """"" when `folder` holds the package, else why it cannot be had."""
    if folder.exists():
        return ""
    uri = mirror()
    if uri is None:
        return "apt has no Debian mirror configured"
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        for path in ("lists/partial", "cache/archives/partial", "none"):
            (work / path).mkdir(parents=True)
        shutil.copy("/var/lib/dpkg/status", work / "status")
        keyring = "/usr/share/keyrings/debian-archive-keyring.gpg"
        (work / "suite.list").write_text(f"deb [signed-by={keyring}] {uri} {suite} main\n")
        options = ["-qq"]
        for setting in (f"Dir::Etc::sourcelist={work}/suite.list", f"Dir::Etc::sourceparts={work}/none",
                        f"Dir::State::lists={work}/lists", f"Dir::Cache={work}/cache",
                        f"Dir::State::status={work}/status", "APT::Sandbox::User=",
                        "Debug::NoLocking=1"):
            options += ["-o", setting]
        try:
            for command in (["apt-get", *options, "update"],
                            ["apt-get", *options, "download", package]):
                subprocess.run(command, cwd=work, check=True, capture_output=True, text=True,
                               timeout=300)
            archive, = work.glob(f"{package}_*.deb")
            subprocess.run(["dpkg", "-x", archive, work / "unpacked"], check=True)
        except subprocess.SubprocessError as error:
            return (getattr(error, "stderr", "") or str(error)).strip().split("\n")[-1]
        folder.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(work / "unpacked", folder)
    return ""
