#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "pulse/ipvs/command_line.h"

namespace pulse::ipvs {

template <class T>
using Parsed = tl::expected<T, Refusal>;

[[nodiscard]] tl::unexpected<Refusal> refuse(std::string text, int status = 2);

/// The line that says how to get help, for a command line without a command.
[[nodiscard]] tl::unexpected<Refusal> try_help(std::string_view program);

/// What an option decides, in the order in which ipvsadm complains. Two options of one class are too many.
enum class OptionClass : std::uint8_t {
    command,
    numeric,
    connection,
    service_address,
    scheduler,
    persistent,
    netmask,
    real_server,
    forwarding_method,
    weight,
    u_threshold,
    l_threshold,
    mcast_interface,
    timeout,
    daemon,
    stats,
    rate,
    thresholds,
    persistent_conn,
    nosort,
    syncid,
    exact,
    ops,
    pe,
    sched_flags,
    mcast_group,
    mcast_port,
    mcast_ttl,
    sync_maxlen,
    tun_info,
    tun_type,
    tun_port,
    tun_nocsum,
    tun_csum,
    tun_remcsum,
    json,
    atomic,
    family,  ///< -6, a part of the service; may be repeated, as `sort`
    sort
};

/// One row of the table of options.
struct Option {
    enum class Value : std::uint8_t { none, required, optional };

    char letter;  ///< '\0': long form only
    std::string_view word;
    OptionClass kind;
    std::string_view name;  ///< what messages call its class, or, for a command, the command
    Value value;
};

/// nullptr if there is none.
[[nodiscard]] const Option* option_by_letter(char letter);

/// The option spelled in full, or the only one that begins so.
[[nodiscard]] const Option* option_by_word(std::string_view word);

/// A set of option classes.
class OptionSet {
  public:
    constexpr OptionSet() = default;
    constexpr OptionSet(std::initializer_list<OptionClass> classes) {
        for (const auto each : classes) add(each);
    }
    constexpr void add(OptionClass each) { bits_ |= bit(each); }
    [[nodiscard]] constexpr bool has(OptionClass each) const { return (bits_ & bit(each)) != 0; }

  private:
    static constexpr std::uint64_t bit(OptionClass each) {
        return std::uint64_t{1} << static_cast<unsigned>(each);
    }
    std::uint64_t bits_ = 0;
};

/// Whether the command ("add-service") allows what is given and has what it requires.
[[nodiscard]] Parsed<void> check_options(std::string_view command, const OptionSet& given);

/// The same for a tunnel of a type ("gue").
[[nodiscard]] Parsed<void> check_tunnel_options(std::string_view type, const OptionSet& given);

}  // namespace pulse::ipvs
