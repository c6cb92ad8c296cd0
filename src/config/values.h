#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pulse/config/document.h"
#include "pulse/config/keys.h"
#include "pulse/config/read.h"

#include "report.h"

namespace pulse::config {

/// The values of one entry, what is needed to understand them, and where to complain.
class Values {
  public:
    Values(const Document& document, const Entry& entry, const Key& key, const Lookups& lookups,
           Report& report)
        : document_(document), entry_(entry), key_(key), lookups_(lookups), report_(report) {}

    [[nodiscard]] const Key& key() const { return key_; }
    [[nodiscard]] const Lookups& lookups() const { return lookups_; }
    [[nodiscard]] std::size_t size() const { return entry_.values.size(); }
    [[nodiscard]] std::string_view operator[](std::size_t at) const {
        return document_.value(entry_.values[at]);
    }

    /// Whether there are `count` values; reported if not.
    [[nodiscard]] bool exactly(std::size_t count);

    /// The only value; nullopt, reported, if there are more or none.
    [[nodiscard]] std::optional<std::string_view> only();

    /// Complaints about value `at`, which is quoted after `text`.
    void error(std::size_t at, std::string_view text, std::string hint = {});
    void warning(std::size_t at, std::string_view text, std::string hint = {});

    /// The family that a mask written as a prefix length has. Masks are read after the addresses of their
    /// block.
    net::Family mask_family = net::Family::v4;

    /// The protocol that names of ports belong to.
    net::Protocol protocol = net::Protocol::tcp;

  private:
    const Document& document_;
    const Entry& entry_;
    const Key& key_;
    const Lookups& lookups_;
    Report& report_;
};

/// One thing of a list, and the value it is in.
struct Listed {
    std::size_t at;
    std::string_view word;
};

/// The values of a list, parted by blanks or commas.
[[nodiscard]] std::vector<Listed> listed(const Values& values);

/// Readers: what the values say, or nullopt and a complaint.
[[nodiscard]] std::optional<long long> read_integer(Values& values, long long lowest, long long highest);
[[nodiscard]] std::optional<bool> read_boolean(Values& values);
[[nodiscard]] std::optional<bool> read_flag(Values& values);  ///< any integer; only 0 is no
[[nodiscard]] std::optional<std::string> read_word(Values& values);
[[nodiscard]] std::optional<std::vector<std::string>> read_list(Values& values);
[[nodiscard]] std::optional<std::chrono::milliseconds> read_duration(Values& values);

/// An address, or a name that has one.
[[nodiscard]] std::optional<net::IpAddress> read_host(Values& values, std::size_t at = 0);
[[nodiscard]] std::optional<std::vector<net::IpAddress>> read_addresses(Values& values);  ///< no names
/// A number, or a name that the protocol has.
[[nodiscard]] std::optional<net::Port> read_port(Values& values);
/// The same, of this protocol whatever the service's is.
template <net::Protocol protocol>
[[nodiscard]] std::optional<net::Port> read_port_of(Values& values) {
    values.protocol = protocol;
    return read_port(values);
}
/// Blanks or commas between them: 80, 10000:20000, 5060/udp, https.
[[nodiscard]] std::optional<std::vector<MarkedPorts>> read_ports(Values& values);
[[nodiscard]] std::optional<net::Netmask> read_mask(Values& values);

/// Which of the key's choices it is.
[[nodiscard]] std::optional<std::size_t> read_choice(Values& values);

/// The number of the choice that `word`, a part of value `at`, is.
[[nodiscard]] std::optional<std::size_t> read_choice(Values& values, std::size_t at, std::string_view word);

/// Durations and counts must fit what the original kept them in.
inline constexpr long long largest_int = std::numeric_limits<std::int32_t>::max();

}  // namespace pulse::config
