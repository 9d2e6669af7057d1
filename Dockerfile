# The sealgate image: runs as uid 65532, holds no build tools, downloads nothing when it runs.
#
#   docker build -t sealgate .
#   docker run -p 127.0.0.1:8080:8080 -v sealgate:/var/lib/sealgate sealgate
#
# BASE may be any Debian-like image with Python 3.11 or newer. If deploy/wheels holds wheels, they
# are the only source of packages and the build needs no network (deploy/image_test.sh does that).
# EXTRAS are the optional parts (deploy/install.sh says what they are); `media` brings an ffmpeg with
# parts under the GPL, which binds who passes the image on.
ARG BASE=python:3.12-slim

FROM ${BASE} AS build
ARG EXTRAS=media,postgres
WORKDIR /src
COPY . .
RUN deploy/install.sh /opt/sealgate

FROM ${BASE}
LABEL org.opencontainers.image.title="sealgate" \
      org.opencontainers.image.description="Guardrail gateway for generative AI" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN echo 'sealgate:x:65532:65532:sealgate:/var/lib/sealgate:/usr/sbin/nologin' >> /etc/passwd \
    && echo 'sealgate:x:65532:' >> /etc/group \
    && mkdir -p /var/lib/sealgate \
    && chown 65532:65532 /var/lib/sealgate \
    && chmod 0700 /var/lib/sealgate \
    && rm -rf /usr/local/bin/pip* /usr/local/lib/python3.*/site-packages/pip* \
       /usr/local/lib/python3.*/ensurepip
COPY --from=build /opt/sealgate /opt/sealgate
ENV PATH=/opt/sealgate/bin:/usr/local/bin:/usr/bin:/bin \
    HOME=/var/lib/sealgate \
    LANG=C.UTF-8 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    SEALGATE_HOST=0.0.0.0 \
    SEALGATE_OPERATIONS_HOST=0.0.0.0 \
    SEALGATE_STATE=/var/lib/sealgate
WORKDIR /var/lib/sealgate
VOLUME ["/var/lib/sealgate"]
EXPOSE 8080 8081
USER 65532:65532
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
    CMD ["python3", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ.get('SEALGATE_PORT', '8080') + '/readyz', timeout=2)"]
ENTRYPOINT ["sealgate"]
CMD ["serve"]
