// Program of a short-lived child process: started as root, becomes the user for good, and tells on standard output what this
// user could not do. Standard input: JSON { user, needs }.

import { readFileSync } from 'node:fs';
import { type AccessNeeds, findAccessFaults } from './access-faults.ts';
import { takeIdentity } from './drop-privileges.ts';
import type { User } from './look-up-user.ts';

const { user, needs }: { user: User; needs: AccessNeeds } = JSON.parse(readFileSync(0, 'utf8'));
takeIdentity(user);
process.stdout.write(JSON.stringify(findAccessFaults(needs)));
