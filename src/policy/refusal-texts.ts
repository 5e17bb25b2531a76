// The texts of Extended DNS Errors (RFC 8914) that go with what no rule is behind: the query pipeline sends them, `sotto explain` shows them.

export const NOT_READY_TEXT = 'block lists have not arrived yet';
export const REBINDING_TEXT = 'a public name that points into private address space';
export const TOO_MANY_ADDRESSES_TEXT = 'more addresses than can be looked at';
export const UNKNOWN_CLIENT_ID_TEXT = 'this client ID is not known here';
export const CHAIN_TEXT = 'the aliases of this name are too many, or lead round in a circle';
