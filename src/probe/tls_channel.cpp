#include <array>
#include <cerrno>
#include <ctime>
#include <filesystem>
#include <map>
#include <system_error>
#include <utility>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "pulse/net/ip_address.h"
#include "pulse/probe/run.h"

#include "channel.h"

namespace pulse::probe {

using health::Outcome;
using health::Reason;

namespace {

/// What OpenSSL's error queue says first, which is the cause of what follows; emptied.
std::string openssl_says() {
    const auto error = ::ERR_get_error();
    ::ERR_clear_error();
    if (error == 0) return "unknown error";
    if (ERR_SYSTEM_ERROR(error)) return std::generic_category().message(ERR_GET_REASON(error));
    const auto* reason = ::ERR_reason_error_string(error);
    return reason != nullptr ? reason : "error " + std::to_string(error);
}

struct Free {
    void operator()(SSL_CTX* context) const { ::SSL_CTX_free(context); }
    void operator()(SSL* session) const { ::SSL_free(session); }
};
using Context = std::unique_ptr<SSL_CTX, Free>;

/// Whom this system trusts, as one file: the directory of OpenSSL's default could not be searched any more
/// once no file can be opened.
std::string system_authorities() {
    for (const std::string path : {::X509_get_default_cert_file(), "/etc/ssl/certs/ca-certificates.crt",
                                   "/etc/pki/tls/certs/ca-bundle.crt"})
        if (std::error_code none; std::filesystem::exists(path, none)) return path;
    return ::X509_get_default_cert_file();
}

/// `file`: the authorities; empty if nothing is verified.
Result<Context> make_context(const std::string& file) {
    ::ERR_clear_error();
    Context context(::SSL_CTX_new(::TLS_client_method()));
    if (!context) return fail(std::errc::not_enough_memory, openssl_says());
    if (!file.empty() && ::SSL_CTX_load_verify_file(context.get(), file.c_str()) != 1)
        return fail(std::errc::invalid_argument, file + ": " + openssl_says());
    // Many servers just close; whether the answer was whole is for the conversation to say.
    ::SSL_CTX_set_options(context.get(), SSL_OP_IGNORE_UNEXPECTED_EOF);
    // One record a call: a peer that sends nothing but session tickets must not keep us from the deadline.
    ::SSL_CTX_clear_mode(context.get(), SSL_MODE_AUTO_RETRY);
    return context;
}

/// The context with the authorities wanted, or why there is none. Tried once: the system's are many, and
/// later no file can be opened.
Result<SSL_CTX*> context_for(const health::TlsSettings& settings) {
    static std::map<std::string, Result<Context>> contexts;
    std::string file;
    if (settings.verify) file = settings.ca_file.empty() ? system_authorities() : settings.ca_file;
    auto found = contexts.find(file);
    if (found == contexts.end()) found = contexts.emplace(file, make_context(file)).first;
    if (!found->second) return tl::unexpected(found->second.error());
    return found->second->get();
}

std::chrono::sys_seconds end_of(const X509* certificate) {
    std::tm parts{};
    (void)::ASN1_TIME_to_tm(::X509_get0_notAfter(certificate), &parts);
    return std::chrono::sys_seconds(std::chrono::seconds(::timegm(&parts)));
}

/// SSL_set_tlsext_host_name(3), which is a macro with a cast that we do not allow ourselves.
long set_server_name(SSL* session, std::string name) {
    return ::SSL_ctrl(session, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data());
}

class TlsChannel final : public Channel {
  public:
    TlsChannel(int socket, health::TlsSettings settings) : settings_(std::move(settings)) {
        const auto context = context_for(settings_);
        if (!context) {
            problem_ = context.error().context;
            return;
        }
        session_.reset(::SSL_new(*context));
        if (!session_ || ::SSL_set_fd(session_.get(), socket) != 1 || !expect_name())
            problem_ = openssl_says();
        if (!session_) return;
        ::SSL_set_connect_state(session_.get());
        SSL_set_app_data(session_.get(), this);
        ::SSL_set_verify(session_.get(), settings_.verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE,
                         on_certificate);
    }

    Io handshake() override {
        if (!problem_.empty())
            return {.status = Io::Status::failed,
                    .failure = {.reason = Reason::tls_failed, .detail = problem_}};
        ::ERR_clear_error();
        const int result = ::SSL_do_handshake(session_.get());
        if (result == 1) return {};
        return other_than_done(result, Reason::tls_failed);
    }

    Io send(std::string_view bytes) override {
        if (bytes.empty()) return {};
        std::size_t sent = 0;
        ::ERR_clear_error();
        const int result = ::SSL_write_ex(session_.get(), bytes.data(), bytes.size(), &sent);
        return result == 1 ? Io{.bytes = sent} : other_than_done(result, Reason::write_failed);
    }

    Io receive(std::span<char> space) override {
        std::size_t got = 0;
        ::ERR_clear_error();
        const int result = ::SSL_read_ex(session_.get(), space.data(), space.size(), &got);
        return result == 1 ? Io{.bytes = got} : other_than_done(result, Reason::read_failed);
    }

    [[nodiscard]] std::string description() const override {
        const auto* certificate = ::SSL_get0_peer_certificate(session_.get());
        std::string text = ::SSL_get_version(session_.get());
        if (certificate == nullptr) return text;
        std::array<char, 256> subject{};
        ::X509_NAME_oneline(::X509_get_subject_name(certificate), subject.data(),
                            static_cast<int>(subject.size()));
        return text + ", certificate of " + subject.data() + " until " +
               health::date_text(end_of(certificate)) +
               (settings_.verify ? ", verified for " + settings_.name : ", not verified");
    }

    [[nodiscard]] std::string note() const override {
        const auto* certificate = ::SSL_get0_peer_certificate(session_.get());
        if (certificate == nullptr) return {};
        const auto now = std::chrono::time_point_cast<std::chrono::seconds>(std::chrono::system_clock::now());
        return health::expiry_note(end_of(certificate), now, settings_.warn_days);
    }

  private:
    /// Which name the certificate must have; the server is told which one is wanted, unless it is an address.
    bool expect_name() {
        const auto& name = settings_.name;
        if (net::IpAddress::parse(name))
            return ::X509_VERIFY_PARAM_set1_ip_asc(::SSL_get0_param(session_.get()), name.c_str()) == 1;
        return set_server_name(session_.get(), name) == 1 &&
               ::SSL_set1_host(session_.get(), name.c_str()) == 1;
    }

    /// The first thing that is wrong with the chain, while the certificate concerned is at hand.
    static int on_certificate(int good, X509_STORE_CTX* store) {
        const auto index = ::SSL_get_ex_data_X509_STORE_CTX_idx();
        auto* session = static_cast<SSL*>(::X509_STORE_CTX_get_ex_data(store, index));
        auto& self = *static_cast<TlsChannel*>(SSL_get_app_data(session));
        if (good == 0 && self.certificate_failure_.good()) self.certificate_failure_ = self.failure_of(store);
        return self.settings_.verify ? good : 1;
    }

    [[nodiscard]] Outcome failure_of(X509_STORE_CTX* store) const {
        const int error = ::X509_STORE_CTX_get_error(store);
        const auto* certificate = ::X509_STORE_CTX_get_current_cert(store);
        if (error == X509_V_ERR_CERT_HAS_EXPIRED && certificate != nullptr)
            return {.reason = Reason::certificate_expired, .detail = health::date_text(end_of(certificate))};
        if (error == X509_V_ERR_HOSTNAME_MISMATCH || error == X509_V_ERR_IP_ADDRESS_MISMATCH)
            return {.reason = Reason::certificate_differs, .detail = settings_.name};
        return {.reason = Reason::certificate_untrusted, .detail = ::X509_verify_cert_error_string(error)};
    }

    [[nodiscard]] Io other_than_done(int result, Reason reason) const {
        const int system_error = errno;
        switch (::SSL_get_error(session_.get(), result)) {
            case SSL_ERROR_WANT_READ:
                return {.status = Io::Status::wait_to_read};
            case SSL_ERROR_WANT_WRITE:
                return {.status = Io::Status::wait_to_write};
            case SSL_ERROR_ZERO_RETURN:
                return {.status = Io::Status::closed};
            case SSL_ERROR_SYSCALL:
                if (system_error == 0) return {.status = Io::Status::closed};
                return failed({.reason = reason == Reason::tls_failed ? Reason::read_failed : reason,
                               .number = system_error});
            default:
                return failed({.reason = Reason::tls_failed, .detail = openssl_says()});
        }
    }

    [[nodiscard]] Io failed(const Outcome& failure) const {
        return {.status = Io::Status::failed,
                .failure = settings_.verify && !certificate_failure_.good() ? certificate_failure_ : failure};
    }

    health::TlsSettings settings_;
    std::string problem_;
    std::unique_ptr<SSL, Free> session_;
    Outcome certificate_failure_;
};

}  // namespace

bool speaks_tls() { return true; }

Result<void> prepare_tls(const health::TlsSettings& settings) {
    const auto context = context_for(settings);
    return context ? Result<void>() : tl::unexpected(context.error());
}

std::unique_ptr<Channel> tls_channel(int socket, const health::TlsSettings& settings) {
    return std::make_unique<TlsChannel>(socket, settings);
}

}  // namespace pulse::probe
