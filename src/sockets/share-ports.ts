// Whether several threads can listen on one port here, the kernel spreading clients over them.

/** Linux and the BSDs that balance. Elsewhere (macOS, Windows) one thread serves alone. */
export function systemSharesPorts(platform: NodeJS.Platform = process.platform): boolean {
  return platform === 'linux' || platform === 'freebsd';
}
