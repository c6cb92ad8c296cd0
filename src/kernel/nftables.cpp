#include "pulse/kernel/nftables.h"

#include <nftables/libnftables.h>

#include "pulse/base/text.h"

namespace pulse::kernel {

void NftTable::Closer::operator()(nft_ctx* context) const { nft_ctx_free(context); }

Result<NftTable> NftTable::open(std::string name) {
    NftTable table(nft_ctx_new(NFT_CTX_DEFAULT), std::move(name));
    if (!table.context_) return fail(std::errc::not_enough_memory, "nftables");
    nft_ctx_output_set_flags(table.context_.get(), NFT_CTX_OUTPUT_NUMERIC_ALL);
    if (nft_ctx_buffer_output(table.context_.get()) != 0 || nft_ctx_buffer_error(table.context_.get()) != 0)
        return fail(std::errc::not_enough_memory, "nftables");
    return table;
}

Result<std::string> NftTable::run(const std::string& commands) {
    const int status = nft_run_cmd_from_buffer(context_.get(), commands.c_str());
    std::string output = nft_ctx_get_output_buffer(context_.get());
    const std::string complaint = nft_ctx_get_error_buffer(context_.get());
    if (status == 0) return output;
    return fail(std::error_code(), "nftables: " + std::string(split(complaint, '\n').front()));
}

Result<void> NftTable::replace(const std::string& content) {
    // Adding first makes the deletion succeed whether the table was there or not.
    const auto done =
        run("add table " + name_ + "\ndelete table " + name_ + "\ntable " + name_ + " {\n" + content + "}\n");
    if (!done) return fail(done.error(), "setting the packet marks");
    return {};
}

Result<void> NftTable::remove() {
    const auto done = run("add table " + name_ + "\ndelete table " + name_ + "\n");
    if (!done) return fail(done.error(), "removing the packet marks");
    return {};
}

Result<std::string> NftTable::list() {
    auto tables = run("list tables");
    if (!tables) return fail(tables.error(), "reading the packet marks");
    if (("\n" + *tables).find("\ntable " + name_ + "\n") == std::string::npos) return std::string();
    auto content = run("list table " + name_);
    if (!content) return fail(content.error(), "reading the packet marks");
    return content;
}

}  // namespace pulse::kernel
