"""``python -m gateway.demo --port 9000``: the demo model alone, for tests and for curiosity."""

from __future__ import annotations

import socket

import click

from gateway.demo.server import HOST, serve_socket


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), help="Port on 127.0.0.1.")
@click.option("--descriptor", type=int, hidden=True, help="A bound socket, inherited.")
def main(*, port: int | None, descriptor: int | None) -> None:
    """Serve the scripted demo model (OpenAI chat completions)."""
    if descriptor is not None:
        serve_socket(socket.socket(fileno=descriptor))
        return
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port or 0))
        click.echo(f"http://{HOST}:{listener.getsockname()[1]}/v1")
        serve_socket(listener, until_stdin_ends=False)


if __name__ == "__main__":
    main()
