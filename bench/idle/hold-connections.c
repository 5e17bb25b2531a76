/* Opens TLS 1.3 connections to a DNS server on loopback, asks on each, and holds them.
 * Usage: hold-connections PORT COUNT NAME; prints "open SECONDS", waits for the end of its input, prints "closed COUNT": how many
 * the server has closed meanwhile. From many addresses, because servers limit the connections of one. All offer X25519 alone,
 * because what a key exchange leaves behind in the server's memory depends on the group. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Each opens one connection after the other: so many handshakes are under way at once. */
enum { PROCESSES = 8, PER_ADDRESS = 100 };
/* After each part all are asked again: a server's idle time must not be over for the first before the last is open. */
enum { PARTS = 3 };

static unsigned char query[300] = {0, 0, 0x12, 0x34, 1, 0, 0, 1};
static int query_length;

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static void write_query(const char *name) {
  unsigned char *next = query + 14;
  for (const char *label = name; *label != 0;) {
    size_t length = strcspn(label, ".");
    *next++ = length;
    memcpy(next, label, length);
    next += length;
    label += length + (label[length] == '.');
  }
  memcpy(next, "\0\0\1\0\1", 5);
  query_length = next + 5 - query;
  query[1] = query_length - 2;
}

static void ask(SSL *tls) {
  unsigned char answer[1024];
  int length = 0, now;
  if (SSL_write(tls, query, query_length) != query_length) fail("question");
  do {
    now = SSL_read(tls, answer + length, sizeof answer - length);
    if (now <= 0) fail("answer");
    length += now;
  } while (length < 14 || length < 2 + answer[0] * 256 + answer[1]);
  if ((answer[4] & 0x80) == 0 || (answer[5] & 15) != 0) fail("wrong answer");
}

static SSL *open_one(SSL_CTX *context, int port, int number) {
  int one = 1, handle = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in from = {.sin_family = AF_INET, .sin_addr = {htonl(0x7f000101 + number / PER_ADDRESS)}};
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
  if (handle < 0) fail("socket");
  setsockopt(handle, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
  setsockopt(handle, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  if (bind(handle, (struct sockaddr *)&from, sizeof from) < 0) fail("bind");
  if (connect(handle, (struct sockaddr *)&to, sizeof to) < 0) fail("connect");
  SSL *tls = SSL_new(context);
  SSL_set_fd(tls, handle);
  if (SSL_connect(tls) != 1) fail("handshake");
  ask(tls);
  return tls;
}

static int is_closed(SSL *tls) {
  unsigned char octet;
  return recv(SSL_get_fd(tls), &octet, 1, MSG_PEEK | MSG_DONTWAIT) >= 0;
}

/* Whose certificate it is does not matter here, and looking takes the clients' time. */
static int accept_certificate(X509_STORE_CTX *store, void *unused) {
  (void)store, (void)unused;
  return 1;
}

/* Opens its share of the connections, tells so, holds them, and tells how many are closed. */
static void hold(int port, int first, int count, int teller) {
  SSL_CTX *context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
  SSL_CTX_set1_groups_list(context, "X25519");
  SSL_CTX_set_cert_verify_callback(context, accept_certificate, NULL);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  SSL **opened = calloc(count + 1, sizeof *opened);
  int closed = 0, part = (count + PARTS - 1) / PARTS;
  char end;
  for (int i = 0; i < count; i++) {
    opened[i] = open_one(context, port, first + i);
    if ((i + 1) % part == 0 || i + 1 == count)
      for (int j = 0; j <= i; j++) ask(opened[j]);
  }
  if (write(teller, &closed, sizeof closed) < 0) fail("tell");
  while (read(0, &end, 1) > 0) continue;
  /* An alert that says goodbye counts as closed too: nothing else comes unasked. */
  for (int i = 0; i < count; i++) closed += is_closed(opened[i]);
  if (write(teller, &closed, sizeof closed) < 0) fail("tell");
  _exit(0);
}

int main(int words, char **word) {
  if (words != 4) return 2;
  int port = atoi(word[1]), count = atoi(word[2]), tellers[PROCESSES], closed = 0, heard;
  struct rlimit files;
  struct timespec begun, now;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  write_query(word[3]);
  clock_gettime(CLOCK_MONOTONIC, &begun);
  for (int i = 0; i < PROCESSES; i++) {
    int ends[2], first = (long)count * i / PROCESSES, next = (long)count * (i + 1) / PROCESSES;
    if (pipe(ends) < 0) fail("pipe");
    tellers[i] = ends[0];
    if (fork() == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      hold(port, first, next - first, ends[1]);
    }
    close(ends[1]);
  }
  for (int i = 0; i < PROCESSES; i++)
    if (read(tellers[i], &heard, sizeof heard) != sizeof heard) return 1;
  clock_gettime(CLOCK_MONOTONIC, &now);
  printf("open %.3f\n", now.tv_sec - begun.tv_sec + (now.tv_nsec - begun.tv_nsec) / 1e9);
  fflush(stdout);
  for (int i = 0; i < PROCESSES; i++) {
    if (read(tellers[i], &heard, sizeof heard) != sizeof heard) return 1;
    closed += heard;
  }
  printf("closed %d\n", closed);
  return 0;
}
