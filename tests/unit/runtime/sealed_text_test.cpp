#include "pulse/runtime/sealed_text.h"

#include <sys/mman.h>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace pulse::runtime {
namespace {

TEST(SealedText, IsReadAsOftenAsWanted) {
    const std::string text(200'000, 'x');
    const auto sealed = sealed_text("lvs.cf", text);
    ASSERT_TRUE(sealed) << sealed.error().message();
    EXPECT_EQ(read_sealed_text(sealed->get()), text);
    const UniqueFd copy(::dup(sealed->get()));
    EXPECT_EQ(read_sealed_text(copy.get()), text);
    EXPECT_EQ(read_sealed_text(sealed_text("empty", "")->get()), "");
}

TEST(SealedText, CannotBeChangedAndIsHiddenFromProgramsWeStart) {
    const auto sealed = sealed_text("lvs.cf", "text");
    ASSERT_TRUE(sealed);
    EXPECT_LT(::pwrite(sealed->get(), "other", 5, 0), 0);
    EXPECT_NE(::ftruncate(sealed->get(), 0), 0);
    EXPECT_TRUE((::fcntl(sealed->get(), F_GETFD) & FD_CLOEXEC) != 0);
}

TEST(SealedText, WhatCouldStillChangeIsNotRead) {
    const UniqueFd open(::memfd_create("open", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    const UniqueFd file(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    EXPECT_FALSE(read_sealed_text(open.get()));
    EXPECT_FALSE(read_sealed_text(file.get()));
    EXPECT_FALSE(read_sealed_text(-1));
}

}  // namespace
}  // namespace pulse::runtime
