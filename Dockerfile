# Vigie's image, for the application and for its worker: docker-compose.yml says which is which.
FROM python:3.11-slim

RUN useradd --system --create-home --uid 10001 vigie && install -d -o vigie -m 700 /var/lib/vigie
WORKDIR /opt/vigie

# The packages first: they change less often than the product.
COPY requirements.txt .
RUN pip install --no-cache-dir --requirement requirements.txt

COPY app.py .
COPY assets assets
COPY callbacks callbacks
COPY dashboard dashboard
COPY database database
COPY layouts layouts
COPY migrations migrations
COPY models models

USER vigie
ENV PYTHONUNBUFFERED=1 VIGIE_HOME=/var/lib/vigie
VOLUME /var/lib/vigie
EXPOSE 8050
CMD ["python", "app.py", "--host", "0.0.0.0"]
