#!/bin/sh
# Makes an invented public key infrastructure in the folder given: root, intermediate, signers with every kind of key, time
# stamp server, OCSP responder, revocation lists. Needs openssl 3. Everything is made anew and thrown away by the tests.
set -eu
cd "$1"

cat > x.cnf <<CNF
[req]
distinguished_name = dn
prompt = no
[dn]
commonName = x
[ca]
default_ca = inter
[root]
database = root.txt
crlnumber = root.crlnumber
default_md = sha256
[inter]
database = inter.txt
crlnumber = inter.crlnumber
default_md = sha256
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[intermediate]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[signer]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature, nonRepudiation
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[tsa]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[ocsp]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = OCSPSigning
noCheck = ignored
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[ts]
default_tsa = server
[server]
serial = tsa.serial
signer_cert = tsa.pem
certs = inter.pem
signer_key = tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha256
CNF
echo 01 > root.crlnumber
echo 01 > inter.crlnumber
echo 01 > tsa.serial
: > root.txt
: > inter.txt

# issue NAME SECTION ISSUER SERIAL [DAYS]: signs NAME.csr, and writes it into the issuer's book
issue() {
    openssl req -new -config x.cnf -key "$1.key" -subj "/C=VN/O=Trường giả định/CN=$1" -utf8 -out "$1.csr"
    openssl x509 -req -in "$1.csr" -CA "$3.pem" -CAkey "$3.key" -set_serial "0x$4" -days "${5:-3650}" \
        -extfile x.cnf -extensions "$2" -out "$1.pem" 2>/dev/null
    printf 'V\t361231235959Z\t\t%s\tunknown\t/CN=%s\n' "$4" "$1" >> "$3.txt"
}
rsa() { openssl genrsa -out "$1.key" "$2" 2>/dev/null; }
ec() { openssl genpkey -algorithm EC -pkeyopt "ec_paramgen_curve:$2" -out "$1.key"; }

rsa root 2048
openssl req -new -x509 -config x.cnf -extensions authority -key root.key -subj "/C=VN/CN=Gốc giả định" -utf8 \
    -days 14600 -out root.pem
rsa inter 2048
issue inter intermediate root 1001 14600
rsa rsa2048 2048
rsa rsa3072 3072
rsa rsa4096 4096
ec p256 P-256
ec p384 P-384
number=2001
for name in rsa2048 rsa3072 rsa4096 p256 p384; do
    issue "$name" signer inter "$number"
    number=$((number + 1))
    openssl pkcs12 -export -inkey "$name.key" -in "$name.pem" -certfile inter.pem -passout pass:ma-pin -out "$name.p12"
done
rsa tsa 2048
issue tsa tsa inter 3001
rsa ocsp 2048
issue ocsp ocsp inter 3002
openssl ca -gencrl -config x.cnf -name root -cert root.pem -keyfile root.key -crldays 30 -out root.crl.pem 2>/dev/null
openssl ca -gencrl -config x.cnf -name inter -cert inter.pem -keyfile inter.key -crldays 30 -out inter.crl.pem 2>/dev/null
for name in root inter; do
    openssl crl -in "$name.crl.pem" -outform DER -out "$name.crl"
done
for name in root inter tsa ocsp rsa2048 rsa3072 rsa4096 p256 p384; do
    openssl x509 -in "$name.pem" -outform DER -out "$name.der"
done
for name in rsa2048 rsa3072 rsa4096 p256 p384 tsa; do
    openssl ocsp -index inter.txt -CA inter.pem -rsigner ocsp.pem -rkey ocsp.key -ndays 30 -issuer inter.pem \
        -cert "$name.pem" -respout "$name.ocsp" -no_nonce >/dev/null 2>&1
done
