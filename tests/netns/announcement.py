"""A computer elsewhere on the school's network finds the box by name, and notices when it goes.

    announcement.py PATH-OF-VANTHU

The box runs in one network namespace, the resolver (zeroconf from PyPI, which shares no code with the box) in
another, with a virtual cable between them:

    this process (unshared)                 namespace "pc"
    vanthu serve, box0 10.77.0.1  <=====>   announcement.py --resolve, pc0 10.77.0.2

Both namespaces belong to this process and vanish with it, whatever happens. Root may make them anyway; anybody
else may where the kernel grants user namespaces. Where it does not, the test fails and says so.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

UNIT = "Trường THCS Hoa Phượng"
KINDS = ["_vanthu._tcp.local.", "_http._tcp.local."]
BOX, PC, PORT = "10.77.0.1", "10.77.0.2", 8080
PATIENCE_S = 20
UNSHARED = "VANTHU_ANNOUNCEMENT_UNSHARED"


def main():
    if sys.argv[1] == "--resolve":
        resolve()
    elif UNSHARED in os.environ:
        prove(sys.argv[1])
    else:
        go_into_own_namespaces()


def go_into_own_namespaces():
    unshare = ["unshare", "--net", "--mount", "--kill-child", "--fork"]
    if os.geteuid() != 0:
        unshare += ["--user", "--map-root-user"]
    if subprocess.run(unshare + ["true"], capture_output=True).returncode != 0:
        sys.exit(
            "announcement: this machine does not permit network namespaces, so nothing was proved. Run it as root, "
            "allow user namespaces (sysctl kernel.unprivileged_userns_clone=1), or leave this test out on purpose "
            "with VANTHU_NO_NETNS=1."
        )
    os.environ[UNSHARED] = "yes"
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    os.execvp("unshare", unshare + [sys.executable, os.path.abspath(__file__), *sys.argv[1:]])


def lay_the_cable():
    for command in [
        "mount -t tmpfs tmpfs /run",
        "ip netns add pc",
        "ip link set lo up",
        "ip link add box0 type veth peer name pc0 netns pc",
        f"ip addr add {BOX}/24 dev box0",
        "ip link set box0 up",
        f"ip -n pc addr add {PC}/24 dev pc0",
        "ip -n pc link set lo up",
        "ip -n pc link set pc0 up",
    ]:
        subprocess.run(command.split(), check=True)


def prove(vanthu):
    lay_the_cable()
    with tempfile.TemporaryDirectory() as folder:
        data = os.path.join(folder, "data")
        with open(os.path.join(folder, "box.log"), "w+") as log:
            set_up = [vanthu, "init", "--data", data, "--unit", UNIT, "--admin", "quantri", "--password-env", "PW"]
            subprocess.run(set_up, env={**os.environ, "PW": "mat-khau-thu-nghiem"}, check=True, stdout=log)
            serve = [vanthu, "serve", "--data", data, "--listen", f"0.0.0.0:{PORT}"]
            box = subprocess.Popen(serve, stdout=log, stderr=log)
            try:
                watch(box, version_of(box, log))
            finally:
                box.kill()
                box.wait()


def version_of(box, log):
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and box.poll() is None:
        try:
            with urllib.request.urlopen(f"http://{BOX}:{PORT}/healthz", timeout=5) as answer:
                return json.load(answer)["version"]
        except OSError:
            time.sleep(0.05)
    log.seek(0)
    sys.exit(f"announcement: the box does not become healthy: {log.read()}")


def watch(box, version):
    """Reads what the other namespace sees, one JSON line per event."""
    environment = {name: value for name, value in os.environ.items() if name != UNSHARED}
    command = ["ip", "netns", "exec", "pc", sys.executable, os.path.abspath(__file__), "--resolve"]
    resolver = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    alarm = threading.Timer(2 * PATIENCE_S, resolver.kill)
    alarm.start()
    try:
        seen, gone = {}, set()
        for line in resolver.stdout:
            event = json.loads(line)
            if event["event"] == "found":
                seen[event["kind"]] = event
                if len(seen) == len(KINDS) and box.poll() is None:
                    for kind in KINDS:
                        expect(seen[kind], kind, version)
                    print(f"announcement: found {UNIT} as {' and '.join(KINDS)}")
                    box.terminate()
            elif event["event"] == "gone":
                gone.add(event["kind"])
                if gone == set(KINDS):
                    print("announcement: the goodbye was heard")
                    break
        else:
            sys.exit(f"announcement: not everything was heard in time; found {list(seen)}, goodbye of {list(gone)}")
        if box.wait(PATIENCE_S) != 0:
            sys.exit(f"announcement: the box stopped with {box.returncode}")
    finally:
        alarm.cancel()
        resolver.kill()
        resolver.wait()


def expect(found, kind, version):
    wanted = {
        "name": f"{UNIT}.{kind}",
        "port": PORT,
        "addresses": [BOX],
        "text": {"unit": UNIT, "version": version, "path": "/"},
    }
    got = {key: found[key] for key in wanted}
    if got != wanted:
        sys.exit(f"announcement: {kind} should say\n  {wanted}\nbut says\n  {got}")


def resolve():
    """Runs in the other namespace: tells what appears and disappears until it is killed."""
    from zeroconf import IPVersion, ServiceBrowser, Zeroconf

    network = Zeroconf(interfaces=[PC], ip_version=IPVersion.V4Only)

    class Listener:
        def add_service(self, zeroconf, kind, name):
            facts = zeroconf.get_service_info(kind, name, timeout=5000)
            if facts is None:
                return
            text = {key.decode(): (value or b"").decode() for key, value in facts.properties.items()}
            tell(event="found", kind=kind, name=name, port=facts.port, server=facts.server, text=text,
                 addresses=facts.parsed_addresses(IPVersion.V4Only))

        def update_service(self, zeroconf, kind, name):
            pass

        def remove_service(self, zeroconf, kind, name):
            tell(event="gone", kind=kind, name=name)

    def tell(**event):
        print(json.dumps(event, ensure_ascii=False), flush=True)

    ServiceBrowser(network, KINDS, Listener())
    threading.Event().wait()


main()
