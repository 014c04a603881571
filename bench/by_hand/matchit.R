# What one would write instead of Samspil's matching: R's MatchIt, on the same people under the same rule.
#
#   Rscript matchit.R FOLDER OUT
#
# Prints what reading and matching took. MatchIt estimates the propensity itself.

begun <- proc.time()[["elapsed"]]
suppressPackageStartupMessages(library(MatchIt))
where <- commandArgs(trailingOnly = TRUE)
names <- c("treated", "age", "sex", "alone", "acute", "gp", "drugs", "nursing", "hours", "band")
people <- lapply(names, function(name) {
  file <- file.path(where[1], paste0(name, ".f8"))
  readBin(file, "double", file.size(file) / 8, endian = "little")
})
people <- as.data.frame(setNames(people, names))
people$sex <- as.integer(people$sex)
people$band <- as.integer(people$band)
read <- proc.time()[["elapsed"]]

found <- suppressWarnings(matchit(
  treated ~ age + sex + alone + acute + gp + drugs + nursing + hours, people,
  method = "nearest", distance = "glm", link = "linear.logit", ratio = 3, caliper = 0.2, exact = ~ sex + band
))
matches <- found$match.matrix
there <- !is.na(matches)
own <- as.integer(rownames(matches))[row(matches)][there] - 1L
other <- as.integer(matches[there]) - 1L
writeBin(as.integer(rbind(own, other)), where[2], endian = "little")
cat(sprintf("reading %.2f s, matchit %.2f s\n", read - begun, proc.time()[["elapsed"]] - read))
