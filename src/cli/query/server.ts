// Whom `sotto query` asks. A host name is never looked up: it is localhost, or --address says where the server is.

import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { isWildcard } from '../../control-plane/settings/listen-address.ts';
import type { Settings } from '../../control-plane/settings/settings.ts';
import { OperatorError } from '../../errors.ts';
import { visible } from '../visible-text.ts';

export type Transport = 'udp' | 'tcp' | 'tls' | 'https';

export interface Server {
  readonly transport: Transport;
  /** Name or address without brackets: what the certificate must be for. */
  readonly host: string;
  readonly hostIsName: boolean;
  /** Where it is; tried in this order. */
  readonly addresses: readonly string[];
  readonly port: number;
  /** Path and query of an https URL; empty otherwise. */
  readonly path: string;
}

const STANDARD_PORTS: Readonly<Record<Transport, number>> = { udp: 53, tcp: 53, tls: 853, https: 443 };
const DOH_PATH = '/dns-query';
const LOOPBACK = ['127.0.0.1', '::1'];
const FORM = 'write udp://ADDRESS:PORT, tcp://…, tls://… or https://…/dns-query';

/** Throws OperatorError USAGE. */
export function readServer(text: string, address: string | undefined): Server {
  const written = `--server ${visible(text)}`;
  const [, scheme, authority, rest] = /^([a-z]+):\/\/([^/?#]*)(.*)$/i.exec(text) ?? [];
  const transport = scheme?.toLowerCase() ?? '';
  if (!isTransport(transport)) throw new OperatorError('USAGE', `${written}: ${schemeAdvice(text, transport)}`);
  const path = rest === '' || rest === '/' ? '' : rest!;
  const unwanted = transport === 'https' ? /[#{}\s]/ : /./;
  if (unwanted.test(path)) throw new OperatorError('USAGE', `${written}: ${visible(path)} has no place here; ${FORM}`);
  const { host, port } = readAuthority(authority!, written);
  return {
    transport,
    host,
    hostIsName: isIP(host) === 0,
    addresses: addressesOf(host, address, written),
    port: port ?? STANDARD_PORTS[transport],
    path: transport === 'https' ? path || DOH_PATH : '',
  };
}

/** The gateway of a configuration, asked over plain DNS at its first address. Throws OperatorError USAGE if it has none. */
export function gatewayServer({ listen }: Settings): Server {
  const first = listen.dns[0];
  if (first === undefined)
    throw new OperatorError('USAGE', 'the configuration has no address under listen.dns; name one with --server URL');
  const { port } = first;
  const address = isWildcard(first.address) ? LOOPBACK[isIP(first.address) === 4 ? 0 : 1]! : first.address;
  return { transport: 'udp', host: address, hostIsName: false, addresses: [address], port, path: '' };
}

/** As a URL; with the address where that is another text than the host. */
export function describeServer({ transport, host, port, path }: Server, address: string): string {
  const authority = host.includes(':') ? `[${host}]` : host;
  const at = address === host ? '' : ` (${address})`;
  return visible(`${transport}://${authority}:${port}${path}${at}`);
}

function isTransport(scheme: string): scheme is Transport {
  return Object.hasOwn(STANDARD_PORTS, scheme);
}

function schemeAdvice(text: string, scheme: string): string {
  if (scheme !== '') return `"${scheme}" is not a transport; ${FORM}`;
  const isBareIpv6 = isIP(text) === 6;
  return `no transport; did you mean udp://${visible(isBareIpv6 ? `[${text}]` : text)}?`;
}

function readAuthority(authority: string, written: string): { host: string; port: number | undefined } {
  const [, inBrackets, bare, portText] = /^(?:\[([^[\]]*)\]|([^:[\]@]*))(?::(\d{1,5}))?$/.exec(authority) ?? [];
  const port = portText === undefined ? undefined : Number(portText);
  const host = inBrackets ?? bare ?? '';
  const isHost = inBrackets === undefined ? isHostName(host) || isIP(host) === 4 : isIP(host) === 6;
  if (!isHost) throw new OperatorError('USAGE', `${written}: "${visible(authority)}" is not a host and port; ${FORM}`);
  if (port !== undefined && (port < 1 || port > 65_535))
    throw new OperatorError('USAGE', `${written}: port ${port} does not exist`);
  return { host: isIP(host) === 0 ? domainToASCII(host) : host, port };
}

function isHostName(host: string): boolean {
  return /^[-\w.\P{ASCII}]+$/u.test(host) && domainToASCII(host) !== '';
}

function addressesOf(host: string, address: string | undefined, written: string): readonly string[] {
  if (address !== undefined) {
    if (isIP(address) === 0) throw new OperatorError('USAGE', `--address ${visible(address)}: not an IP address`);
    return [address];
  }
  if (isIP(host) !== 0) return [host];
  if (host === 'localhost') return LOOPBACK;
  const reason = 'asking the system for its address would send a question in plain text';
  throw new OperatorError('USAGE', `${written}: say where ${host} is with --address ADDRESS; ${reason}`);
}
