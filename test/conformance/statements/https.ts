// Section H.

import type { Section } from './statement.ts';

export const HTTPS: Section = {
  letter: 'H',
  title: 'DNS over HTTPS',
  sources: 'RFC 8484, 9110, 9111, 9113, 9230',
  statements: [
    {
      id: 'H01',
      level: 'M',
      statement: 'GET with base64url is answered as application/dns-message; padding by "=" is understood.',
    },
    {
      id: 'H02',
      level: 'M',
      statement: 'POST of application/dns-message is answered, of any other type or of none refused with 415.',
    },
    { id: 'H03', level: 'M', statement: 'A missing, empty, undecodable or too short dns parameter is 400 at once.' },
    {
      id: 'H04',
      level: 'S',
      statement: 'Methods other than GET, HEAD and POST are 405 with Allow; HEAD is GET without the body.',
    },
    {
      id: 'H05',
      level: 'M',
      statement:
        'Another path than /dns-query, with or without a client ID behind it, is 404, before anything else is looked at.',
    },
    {
      id: 'H06',
      level: 'M',
      statement: 'A body above 65,535 octets is 413 without being kept, a target above 8,192 characters 414.',
    },
    {
      id: 'H07',
      level: 'M',
      statement: 'DNS errors travel as HTTP 200.',
      planned: '429 with Retry-After comes with rate limits',
    },
    {
      id: 'H08',
      level: 'M',
      statement: 'max-age is what is left of the smallest TTL, of the SOA in negatives, and 0 for failures.',
    },
    { id: 'H09', level: 'S', statement: 'ID 0 comes back as 0, and is the ID of every query upstream.' },
    { id: 'H10', level: 'M', statement: 'HTTP/2 is chosen by ALPN where offered; HTTP/1.1 is served too.' },
    {
      id: 'H11',
      level: 'M',
      statement: 'Who accepts application/dns-message, all or says nothing gets it; who accepts only others gets 406.',
    },
    {
      id: 'H12',
      level: 'S',
      statement: 'Responses bear no cookie, no name of the server and no CORS header, and need no referer.',
    },
    { id: 'H13', level: 'M', statement: 'DoH replies bear neither edns-tcp-keepalive nor TC.' },
    {
      id: 'H14',
      level: 'M',
      statement:
        'Repeated parameters, percent-encoded and plain base64 are answered alike each time, by 400 or by the right answer.',
    },
    {
      id: 'H15',
      level: 'M',
      statement: 'A hundred streams at once are announced and held to, and header lists are limited.',
    },
    {
      id: 'H16',
      level: 'M',
      statement:
        'The client is who is at the other end of the socket, whatever forwarding headers say, and [access] holds for DoH too.',
    },
    { id: 'H17', level: 'M', statement: 'Oblivious DoH is refused with 415.' },
    { id: 'H18', level: 'S', statement: 'The same GET gets the same body but for TTLs, and no Vary.' },
    { id: 'H19', level: 'M', statement: 'DoH is never served without TLS.' },
  ],
};
