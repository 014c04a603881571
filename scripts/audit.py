"""Asks whether a vulnerability is known in what `requirements.lock` installs; fails when one is.

Where the service cannot be asked (many hospital networks), nothing fails, but it is said so that nobody overlooks it:
an audit that asked about nothing looks exactly like one that found nothing.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

LOCK = "requirements.lock"
#: What pip-audit says when it got no answer; any other failure is ours to mend.
NO_ANSWER = ("connect", "timed out", "timeout", "resolve", "unreachable", "service")


def loudly(text: str) -> None:
    """Between two bars, so that it stands out from what the other steps print."""
    bar = "!" * 100
    print(f"{bar}\n{text}\n{bar}", file=sys.stderr)


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        options = ["--requirement", LOCK, "--disable-pip", "--require-hashes", "--progress-spinner", "off"]
        done = subprocess.run(
            [sys.executable, "-m", "pip_audit", *options, "--format", "json", "--output", str(report)],
            capture_output=True,
            text=True,
            check=False,
        )
        if not report.exists() or not report.stat().st_size:
            if any(word in done.stderr.lower() for word in NO_ANSWER):
                loudly(f"NOT AUDITED: the service that knows vulnerabilities gave no answer.\n{done.stderr[-400:]}")
                return 0
            print(done.stderr, file=sys.stderr)
            return 1
        packages = json.loads(report.read_text())["dependencies"]
    unknown = sorted(package["name"] for package in packages if "skip_reason" in package)
    if len(unknown) == len(packages):
        loudly(f"NOT AUDITED: the service that knows vulnerabilities answered about none of {len(packages)} packages.")
        return 0
    if unknown:
        loudly(f"NOT AUDITED, for the service does not know them: {', '.join(unknown)}")
    found = 0
    for package in packages:
        for fault in package.get("vulns", []):
            found += 1
            mended = ", ".join(fault["fix_versions"]) or "no version yet"
            print(f"{package['name']} {package['version']}: {fault['id']}, mended in {mended}", file=sys.stderr)
    print(f"{LOCK}: {len(packages) - len(unknown)} packages audited, {found} vulnerabilities known")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
