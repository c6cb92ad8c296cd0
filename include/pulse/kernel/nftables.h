#pragma once

#include <memory>
#include <string>

#include "pulse/base/result.h"

struct nft_ctx;

namespace pulse::kernel {

/// One table of the kernel's packet filter, through libnftables; the tables of others are not touched. Needs
/// CAP_NET_ADMIN in the network namespace's own user namespace.
class NftTable {
  public:
    /// `name` is family and name: "inet pulse". Nothing is asked of the kernel yet.
    [[nodiscard]] static Result<NftTable> open(std::string name);

    /// Makes the table hold exactly `content` (nft(8) syntax), in one transaction: no packet meets half of
    /// it. Equivalent to: nft -f -
    [[nodiscard]] Result<void> replace(const std::string& content);

    /// Removes the table; one that is not there is no error. Equivalent to: nft delete table NAME
    [[nodiscard]] Result<void> remove();

    /// What the kernel has, as nft prints it; empty if there is no such table.
    /// Equivalent to: nft -n list table NAME
    [[nodiscard]] Result<std::string> list();

  private:
    struct Closer {
        void operator()(nft_ctx* context) const;
    };

    NftTable(nft_ctx* context, std::string name) : context_(context), name_(std::move(name)) {}
    [[nodiscard]] Result<std::string> run(const std::string& commands);

    std::unique_ptr<nft_ctx, Closer> context_;
    std::string name_;
};

}  // namespace pulse::kernel
