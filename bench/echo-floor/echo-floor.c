/* The floor: what receiving and sending a datagram costs on this machine when nothing is done in between.
 * One thread; waits in poll, then takes up to BATCH datagrams with recvmmsg, sets the QR bit and sends them with sendmmsg.
 * Usage: echo-floor PORT */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

enum { BATCH = 64, OCTETS = 2048, BUFFER = 4 << 20 };

static unsigned char octets[BATCH][OCTETS];
static struct sockaddr_storage clients[BATCH];
static struct iovec pieces[BATCH];
static struct mmsghdr messages[BATCH];

int main(int count, char **words) {
  int port = count > 1 ? atoi(words[1]) : 0, size = BUFFER;
  int handle = socket(AF_INET, SOCK_DGRAM, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
  setsockopt(handle, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  setsockopt(handle, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
  if (handle < 0 || bind(handle, (struct sockaddr *)&address, sizeof address) < 0) {
    perror("bind");
    return 1;
  }
  for (int i = 0; i < BATCH; i++) {
    pieces[i].iov_base = octets[i];
    messages[i].msg_hdr.msg_iov = &pieces[i];
    messages[i].msg_hdr.msg_iovlen = 1;
    messages[i].msg_hdr.msg_name = &clients[i];
  }
  struct pollfd readable = {.fd = handle, .events = POLLIN};
  for (;;) {
    for (int i = 0; i < BATCH; i++) {
      pieces[i].iov_len = OCTETS;
      messages[i].msg_hdr.msg_namelen = sizeof clients[i];
    }
    int received = recvmmsg(handle, messages, BATCH, MSG_DONTWAIT, NULL);
    if (received <= 0) {
      poll(&readable, 1, -1);
      continue;
    }
    for (int i = 0; i < received; i++) {
      octets[i][2] |= 0x80;
      pieces[i].iov_len = messages[i].msg_len;
    }
    for (int sent = 0; sent < received;) {
      int now = sendmmsg(handle, messages + sent, received - sent, 0);
      if (now <= 0) break;
      sent += now;
    }
  }
}
