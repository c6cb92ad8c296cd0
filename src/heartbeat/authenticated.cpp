#include "pulse/heartbeat/authenticated.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

namespace pulse::heartbeat {

namespace {

constexpr std::array<std::uint8_t, 4> magic{'P', 'L', 'S', '2'};
constexpr std::uint8_t version = 2;
constexpr std::size_t signature_size = 32;
constexpr std::size_t least_size = 88;   ///< without a signature: what the first version 2 had
constexpr std::size_t signed_size = 90;  ///< what this one says; more may follow before the signature
constexpr std::uint16_t unknown_share = 0xffff;
constexpr std::uint16_t whole = 1000;  ///< permille

using Signature = std::array<std::uint8_t, signature_size>;

constexpr std::uint16_t unsure = 1U << 0U;
constexpr std::uint16_t stopping = 1U << 1U;
constexpr std::uint16_t able = 1U << 2U;
constexpr std::uint16_t ready = 1U << 3U;
constexpr std::uint16_t offers = 1U << 4U;
constexpr std::uint16_t wants = 1U << 5U;
constexpr std::uint16_t hears = 1U << 6U;

/// Appends numbers, highest byte first.
class Writer {
  public:
    explicit Writer(std::vector<std::uint8_t>& out) : out_(out) {}
    template <class T>
    void put(T number) {
        for (std::size_t i = sizeof(T); i-- > 0;)
            out_.push_back(static_cast<std::uint8_t>(static_cast<std::uint64_t>(number) >> (8 * i) & 0xffU));
    }

  private:
    std::vector<std::uint8_t>& out_;
};

/// Takes them off again. Never asked for more than there is: the length is checked before.
class Reader {
  public:
    explicit Reader(std::span<const std::uint8_t> in) : in_(in) {}
    template <class T>
    T take() {
        std::uint64_t number = 0;
        for (std::size_t i = 0; i < sizeof(T); ++i) number = number << 8U | in_[i];
        in_ = in_.subspan(sizeof(T));
        return static_cast<T>(number);
    }
    [[nodiscard]] std::span<const std::uint8_t> rest() const { return in_; }

  private:
    std::span<const std::uint8_t> in_;
};

std::uint16_t flags_of(const Report& report) {
    unsigned flags = 0;
    const auto add = [&](bool on, unsigned flag) { flags |= on ? flag : 0U; };
    add(report.unsure, unsure);
    add(report.stopping, stopping);
    add(report.able, able);
    add(report.ready, ready);
    add(report.offers, offers);
    add(report.wants, wants);
    add(report.hears, hears);
    return static_cast<std::uint16_t>(flags);
}

void set_flags(Report& report, std::uint16_t flags) {
    report.unsure = (flags & unsure) != 0;
    report.stopping = (flags & stopping) != 0;
    report.able = (flags & able) != 0;
    report.ready = (flags & ready) != 0;
    report.offers = (flags & offers) != 0;
    report.wants = (flags & wants) != 0;
    report.hears = (flags & hears) != 0;
}

/// Both addresses as 16 bytes, IPv4 as ::ffff:a.b.c.d.
std::array<std::uint8_t, 32> bytes_of(const Ends& ends) {
    std::array<std::uint8_t, 32> bytes{};
    std::size_t at = 0;
    for (const auto& address : {ends.from, ends.to}) {
        if (address.is_v4()) bytes.at(at + 10) = bytes.at(at + 11) = 0xff;
        const auto own = address.bytes();
        std::ranges::copy(own, bytes.begin() + static_cast<std::ptrdiff_t>(at + 16 - own.size()));
        at += 16;
    }
    return bytes;
}

}  // namespace

/// One key, and libcrypto's state for it, made once: a signature then costs about a microsecond.
struct Codec::Signer {
    explicit Signer(const Key& key) : id(key.id) {
        const std::unique_ptr<EVP_MAC, decltype(&EVP_MAC_free)> mac(EVP_MAC_fetch(nullptr, "HMAC", nullptr),
                                                                    &EVP_MAC_free);
        if (mac) context.reset(EVP_MAC_CTX_new(mac.get()));
        std::array<char, 7> name{"SHA256"};
        const std::array<OSSL_PARAM, 2> parameters{OSSL_PARAM_construct_utf8_string("digest", name.data(), 0),
                                                   OSSL_PARAM_construct_end()};
        if (!context ||
            EVP_MAC_init(context.get(), key.secret.data(), key.secret.size(), parameters.data()) != 1)
            throw std::runtime_error("libcrypto has no HMAC-SHA256");
    }

    [[nodiscard]] Signature sign(const Ends& ends, std::span<const std::uint8_t> text) const {
        const auto addresses = bytes_of(ends);
        Signature signature{};
        std::size_t size = 0;
        const bool done = EVP_MAC_init(context.get(), nullptr, 0, nullptr) == 1 &&
                          EVP_MAC_update(context.get(), addresses.data(), addresses.size()) == 1 &&
                          EVP_MAC_update(context.get(), text.data(), text.size()) == 1 &&
                          EVP_MAC_final(context.get(), signature.data(), &size, signature.size()) == 1;
        if (!done || size != signature.size()) throw std::runtime_error("libcrypto cannot sign");
        return signature;
    }

    std::uint8_t id;
    std::unique_ptr<EVP_MAC_CTX, decltype(&EVP_MAC_CTX_free)> context{nullptr, &EVP_MAC_CTX_free};
};

Codec::Codec(const Keys& keys) {
    for (const auto& key : keys) signers_.push_back(std::make_unique<Signer>(key));
}

Codec::~Codec() = default;
Codec::Codec(Codec&&) noexcept = default;
Codec& Codec::operator=(Codec&&) noexcept = default;

const Codec::Signer* Codec::signer(std::uint8_t id) const {
    const auto found = std::ranges::find_if(signers_, [&](const auto& one) { return one->id == id; });
    return found == signers_.end() ? nullptr : found->get();
}

std::vector<std::uint8_t> Codec::encode(const Message& message, const Ends& ends) const {
    const auto& signer = *signers_.front();
    const auto& [header, report] = message;
    std::vector<std::uint8_t> bytes(magic.begin(), magic.end());
    bytes.reserve(signed_size + signature_size);
    Writer out(bytes);
    out.put(version);
    out.put(signer.id);
    out.put(static_cast<std::uint16_t>(signed_size + signature_size));
    for (const auto number : {header.epoch, header.sequence, header.heard_epoch, header.heard_sequence})
        out.put(number);
    out.put(flags_of(report));
    out.put(static_cast<std::uint8_t>(report.standing));
    out.put(static_cast<std::uint8_t>(report.sender));
    out.put(report.links_up);
    out.put(report.pings_up);
    out.put(static_cast<std::uint64_t>(report.active_for.count()));
    out.put(report.connections);
    out.put(report.config_serial);
    bytes.insert(bytes.end(), report.config_digest.begin(), report.config_digest.end());
    out.put(report.served.value_or(unknown_share));
    const auto signature = signer.sign(ends, bytes);
    bytes.insert(bytes.end(), signature.begin(), signature.end());
    return bytes;
}

std::variant<Message, Refusal> Codec::decode(std::span<const std::uint8_t> datagram, const Ends& ends) const {
    if (datagram.size() < 8 || !std::ranges::equal(datagram.first(magic.size()), magic))
        return Refusal::other_format;
    Reader in(datagram.subspan(magic.size()));
    if (in.take<std::uint8_t>() != version) return Refusal::wrong_version;
    const auto* signer_of_it = signer(in.take<std::uint8_t>());
    if (datagram.size() < least_size + signature_size || datagram.size() > longest_message ||
        in.take<std::uint16_t>() != datagram.size())
        return Refusal::wrong_length;
    if (signer_of_it == nullptr) return Refusal::unknown_key;
    const auto text = datagram.first(datagram.size() - signature_size);
    const auto signature = signer_of_it->sign(ends, text);
    if (CRYPTO_memcmp(signature.data(), datagram.last(signature_size).data(), signature_size) != 0)
        return Refusal::wrong_signature;

    Message message;
    auto& [header, report] = message;
    header.epoch = in.take<std::uint64_t>();
    header.sequence = in.take<std::uint64_t>();
    header.heard_epoch = in.take<std::uint64_t>();
    header.heard_sequence = in.take<std::uint64_t>();
    set_flags(report, in.take<std::uint16_t>());
    const auto standing = in.take<std::uint8_t>();
    const auto sender = in.take<std::uint8_t>();
    report.links_up = in.take<std::uint16_t>();
    report.pings_up = in.take<std::uint16_t>();
    const auto active_for = in.take<std::uint64_t>();
    report.connections = in.take<std::uint64_t>();
    report.config_serial = in.take<std::int64_t>();
    for (auto& byte : report.config_digest) byte = in.take<std::uint8_t>();
    if (text.size() >= signed_size)
        if (const auto served = in.take<std::uint16_t>(); served <= whole) report.served = served;
    constexpr std::uint64_t longest_time = 1ULL << 53U;  // in ms; keeps sums and comparisons exact
    if (standing > static_cast<std::uint8_t>(Standing::active) || header.epoch == 0 || header.sequence == 0 ||
        (sender != static_cast<std::uint8_t>(Identity::primary) &&
         sender != static_cast<std::uint8_t>(Identity::backup)) ||
        active_for > longest_time)
        return Refusal::nonsense;
    report.standing = static_cast<Standing>(standing);
    report.sender = static_cast<Identity>(sender);
    report.active_for = std::chrono::milliseconds(active_for);
    return message;
}

}  // namespace pulse::heartbeat
