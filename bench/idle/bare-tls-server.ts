// The least that a DNS over TLS server on Node can be: what a connection costs here is Node's own TLSSocket. Every question
// goes back as its own answer; over UDP too, so that it can be asked whether it has started.
// Run: node bare-tls-server.ts ADDRESS DNS_PORT DOT_PORT CERTIFICATE_FILE KEY_FILE

import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:tls';

const RESPONSE = 0x80;
const BACKLOG = 4096;

const [address, dnsPort, dotPort, certificateFile, keyFile] = process.argv.slice(2);

createServer({ cert: readFileSync(certificateFile!), key: readFileSync(keyFile!), noDelay: true }, (socket) => {
  socket.on('error', () => {});
  socket.on('data', (message: Buffer) => {
    message[4]! |= RESPONSE;
    socket.write(message);
  });
}).listen(Number(dotPort), address, BACKLOG);

const datagrams = createSocket('udp4');
datagrams.on('message', (message, from) => {
  message[2]! |= RESPONSE;
  datagrams.send(message, from.port, from.address);
});
datagrams.bind(Number(dnsPort), address);
