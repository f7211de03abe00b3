# One image a service: docker build --build-arg SERVICE=intake|tracker .
# Runs as an ordinary user, holds what locks/runtime.txt pins and nothing to build with.

FROM python:3.13-slim-trixie AS build
COPY locks/uv.txt locks/runtime.txt /locks/
RUN python3 -m venv /opt/uv && /opt/uv/bin/pip install -q --no-cache-dir --require-hashes -r /locks/uv.txt \
 && /opt/uv/bin/uv venv -q --no-python-downloads /opt/venv
RUN VIRTUAL_ENV=/opt/venv /opt/uv/bin/uv pip sync -q --no-cache --compile-bytecode --require-hashes /locks/runtime.txt

FROM python:3.13-slim-trixie
ARG SERVICE
ENV SERVICE=${SERVICE} PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 INTAKE_PORT=8081 TRACKER_PORT=8082
RUN test -n "$SERVICE" || { echo "name the service: --build-arg SERVICE=intake or tracker" >&2; exit 1; }; \
    useradd --system --uid 10001 --create-home rosette && mkdir /keys /intake-keys /acl /data && chown rosette /keys /intake-keys /acl /data
WORKDIR /app
COPY --from=build /opt/venv /opt/venv
COPY shared shared
COPY services/__init__.py services/
COPY services/${SERVICE} services/${SERVICE}
COPY deploy deploy
RUN python -m compileall -q shared services deploy
USER rosette
# Ready is more than alive: its servers answer and, for the tracker, its subscribers run.
HEALTHCHECK --interval=5s --timeout=5s --start-period=20s --retries=6 CMD \
    ["python", "-c", "import os, urllib.request; port = os.environ[os.environ['SERVICE'].upper() + '_PORT']; urllib.request.urlopen(f'http://127.0.0.1:{port}/readyz', timeout=4)"]
ENTRYPOINT ["sh", "-c", "exec python -m services.$SERVICE \"$@\"", "rosette"]
CMD ["run"]
