#!/usr/bin/python3
"""Drops files on a window the way a file manager does: a real XDND version 5 source.

usage: drop.py WINDOW_ID X Y FILE...

Protocol: https://www.freedesktop.org/wiki/Specifications/XDND (enter, position, status, drop, finished).
"""
import sys
import time
import urllib.parse

from Xlib import X, Xatom, display
from Xlib.protocol import event


def main() -> int:
    target_id, x, y = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    uris = "".join(f"file://{urllib.parse.quote(path)}\r\n" for path in sys.argv[4:]).encode()
    shown = display.Display()
    atom = shown.intern_atom
    root = shown.screen().root
    target = shown.create_resource_object("window", target_id)
    source = root.create_window(0, 0, 1, 1, 0, X.CopyFromParent)
    source.set_selection_owner(atom("XdndSelection"), X.CurrentTime)
    uri_list = atom("text/uri-list")

    def send(kind, *data):
        numbers = list(data) + [0] * (5 - len(data))
        message = event.ClientMessage(window=target, client_type=atom(kind), data=(32, numbers))
        target.send_event(message, event_mask=0)
        shown.flush()

    def answer(request):
        kind = request.property or request.target
        if request.target == uri_list:
            request.requestor.change_property(kind, uri_list, 8, uris)
        elif request.target == atom("TARGETS"):
            request.requestor.change_property(kind, Xatom.ATOM, 32, [uri_list])
        else:
            kind = X.NONE
        request.requestor.send_event(
            event.SelectionNotify(
                time=request.time,
                requestor=request.requestor,
                selection=request.selection,
                target=request.target,
                property=kind,
            ),
            event_mask=0,
        )
        shown.flush()

    def wait_for(kind, seconds):
        until = time.time() + seconds
        while time.time() < until:
            if shown.pending_events():
                seen = shown.next_event()
                if seen.type == X.SelectionRequest:
                    answer(seen)
                elif seen.type == X.ClientMessage and seen.client_type == atom(kind):
                    return seen
            else:
                time.sleep(0.01)
        return None

    send("XdndEnter", source.id, 5 << 24, uri_list)
    where = root.translate_coords(target, x, y)
    root_x, root_y = where.x, where.y
    accepted = None
    for _ in range(5):
        send("XdndPosition", source.id, 0, (root_x << 16) | root_y, X.CurrentTime, atom("XdndActionCopy"))
        accepted = wait_for("XdndStatus", 2.0)
        if accepted is not None:
            break
    if accepted is None or not accepted.data[1][1] & 1:
        print("the window did not accept the files", file=sys.stderr)
        return 1
    # People hover before they let go; the overlay shows meanwhile.
    wait_for("nothing", 0.6)
    send("XdndDrop", source.id, 0, X.CurrentTime)
    if wait_for("XdndFinished", 5.0) is None:
        print("the window did not finish the drop", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
