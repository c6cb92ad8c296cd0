/// The half of nanny that never carries OpenSSL.

#include "pulse/probe/run.h"

#include "channel.h"

namespace pulse::probe {

bool speaks_tls() { return false; }

Result<void> prepare_tls(const health::TlsSettings&) {
    return fail(std::errc::protocol_not_supported, "only nanny-tls speaks TLS");
}

std::unique_ptr<Channel> tls_channel(int, const health::TlsSettings&) { return nullptr; }

}  // namespace pulse::probe
