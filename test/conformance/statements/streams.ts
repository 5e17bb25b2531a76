// Section P.

import type { Section } from './statement.ts';

export const STREAMS: Section = {
  letter: 'P',
  title: 'TCP and DNS over TLS',
  sources: 'RFC 7766, 7828, 7858, 8310, 8737, 9210, 9325',
  statements: [
    { id: 'P01', level: 'M', statement: 'A hundred queries in one segment get a hundred replies, each with its ID.' },
    { id: 'P02', level: 'S', statement: 'A query that waits for the upstream holds up none behind it.' },
    { id: 'P03', level: 'M', statement: 'Length and message may be cut anywhere.' },
    { id: 'P04', level: 'S', statement: 'A reply leaves with its length in one write, without waiting for more.' },
    { id: 'P05', level: 'S', statement: 'An idle connection is kept for some 10 to 30 seconds.' },
    { id: 'P06', level: 'M', statement: 'A client that ends its side gets the replies to all it has asked.' },
    {
      id: 'P07',
      level: 'M',
      statement:
        'Connections, connections of one client (of one /64) and queries in flight are limited; old idle connections go first.',
      deviation:
        'how many queries one connection brings in its life is not limited, as it gains nobody anything over a new one',
    },
    {
      id: 'P08',
      level: 'M',
      statement:
        'A message that does not get finished ends its connection after the read time, and a thousand such hold up nobody.',
    },
    { id: 'P09', level: 'M', statement: 'A client that does not read is cut off at a limit of octets.' },
    {
      id: 'P10',
      level: 'M',
      statement:
        'edns-tcp-keepalive is answered over TCP and DoT with the idle time, with 0 once room is short, and with FORMERR where it has data; elsewhere it is ignored, whatever it looks like.',
    },
    { id: 'P11', level: 'M', statement: 'Plain octets on the port of DoT end the connection, without a DNS reply.' },
    {
      id: 'P12',
      level: 'M',
      statement: 'TLS 1.2 and 1.3 with forward secrecy and AEAD, no older version, no renegotiation.',
    },
    {
      id: 'P13',
      level: 'M',
      statement: 'A client is served with ALPN dot and without any; who offers only others is refused.',
    },
    {
      id: 'P14',
      level: 'M',
      statement: 'Without SNI, or with a name that is not known, the default certificate is served.',
    },
    { id: 'P15', level: 'S', statement: 'Sessions are resumed, on any thread, and never with early data.' },
    {
      id: 'P16',
      level: 'M',
      statement:
        'A renewed certificate is served from the next handshake on, connections live on, and a broken pair changes nothing.',
    },
    { id: 'P17', level: 'M', statement: 'The whole chain is served: clients verify it with the root alone.' },
    {
      id: 'P18',
      level: 'S',
      statement: 'The certificate of the local CA is ECDSA P-256; one from files may be RSA.',
    },
    {
      id: 'P19',
      level: 'M',
      statement: 'A handshake that does not get finished is ended within 10 s, and counts as a connection.',
    },
    {
      id: 'P20',
      level: 'S',
      statement: 'An idle connection ends with close_notify, and a client that resets its own disturbs nobody.',
    },
    {
      id: 'P21',
      level: 'M',
      statement:
        'A certificate authority that offers acme-tls/1 alone gets the challenge for the name it asks for, on every thread; nobody else ever does, and without such a challenge it is refused (RFC 8737).',
    },
  ],
};
