import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Certificates {
  readonly directory: string;
  /** PEM with a self-signed certificate for 127.0.0.1. */
  readonly certificate: string;
  readonly key: string;
  /** PEM with both. */
  readonly both: string;
}

const python = fileURLToPath(new URL('../../../.venv/bin/python', import.meta.url));

// Node can read certificates but not make them; MLflow's environment brings a library that can.
const PROGRAM = `
import datetime, ipaddress, sys
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
key = ec.generate_private_key(ec.SECP256R1())
name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, 'mlflow test')])
now = datetime.datetime.now(datetime.timezone.utc)
day = datetime.timedelta(days=1)
hosts = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address('127.0.0.1'))])
authority = x509.BasicConstraints(ca=True, path_length=None)
builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
builder = builder.serial_number(x509.random_serial_number()).not_valid_before(now - day).not_valid_after(now + day)
made = builder.add_extension(hosts, False).add_extension(authority, True).sign(key, hashes.SHA256())
pem = serialization.Encoding.PEM
format, none = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
certificate, private = made.public_bytes(pem), key.private_bytes(pem, format, none)
for file, content in (('certificate', certificate), ('key', private), ('both', certificate + private)):
    open(f'{sys.argv[1]}/{file}.pem', 'wb').write(content)
`;

/** A self-signed certificate, valid for a day, in a new temporary directory. */
export function makeCertificates(): Certificates {
  const directory = mkdtempSync(join(tmpdir(), 'mlflow-tls-'));
  execFileSync(python, ['-c', PROGRAM, directory]);
  const file = (name: string): string => join(directory, `${name}.pem`);
  return { directory, certificate: file('certificate'), key: file('key'), both: file('both') };
}
